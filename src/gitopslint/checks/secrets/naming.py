"""What a value is under the name that it stands under."""

from __future__ import annotations

from gitopslint.checks.secrets import values
from gitopslint.checks.secrets.randomness import has_digits_and_letters, is_uuid, looks_random, varied, wordlike
from gitopslint.model.keynames import Name, word_set
from gitopslint.model.lazy import lazy

_CREDENTIALS = word_set(
    "jwt client app application cookie session hmac shared webhook token auth api signing oauth oauth2 consumer "
    "django flask rails access refresh bot encryption encrypt cipher crypto hash sha payload nextauth better "
    "internal cron preview revalidate revalidation draft user admin root db database redis smtp mail s3 aws "
    "minio bind ldap key base turnstile recaptcha hcaptcha stripe github gitlab google slack telegram grafana "
    "harbor keycloak kc registry rpc http csrf otp totp turn coturn stun sip gossip erlang rabbitmq cluster "
    "join bootstrap agent server webserver fernet"
)
_SHARED = word_set(
    "jwt client cookie session hmac shared webhook token auth api signing oauth oauth2 consumer encryption encrypt "
    "cipher crypto nextauth payload csrf totp otp"
)
"""Words that make a value of a secret, where others of them also stand before the name of one."""
_VAGUE = word_set("secret secrets credential credentials cred creds секрет секреты geheim secreto segredo")
_STRONG = lazy(r"(?=.*[0-9])(?=.*[A-Za-z])|(?=.*[A-Za-z0-9])(?=.*[^\w\s])")
_PHRASE = lazy(r"[a-z]+(?: [a-z]+){2,9}")
_LISTED = lazy(r"[\w.-]+[:=][^,\s]+(?:,[\w.-]+[:=][^,\s]+)+")
_FILLERS = word_set(
    "a an the is are be must should can your you our my please enter type choose at of for to in on with and or not "
    "this that it will has have password passwords secret"
)
_SHORTEST, _LONGEST = 3, 4000


def is_strong(text: str) -> bool:
    """Tell whether a text mixes kinds of characters, as passwords do and names do not."""
    return len(text) >= 6 and _STRONG.match(text) is not None and " " not in text


def is_secret(name: Name, text: str, *, prose: bool = False, comment: bool = False) -> bool:
    """Tell whether a text under a name is a secret. `prose`: it stands in text for people, where examples abound."""
    text = text.strip()
    if not _SHORTEST <= len(text) <= _LONGEST or name.sense in ("neutral", "harmless", "reference"):
        return False
    if values.harmless(text):
        return False
    if comment and name.password and text.count("-") >= 2 and values.is_name(text):
        return not values.speaks_of_secrets(text)  # a phrase that was a password once
    if prose and not (len(text) >= 6 and _STRONG.match(text) and not values.is_name(text)):
        return False
    if name.sense == "secret":
        return _is_password(name, text)
    if name.sense == "token":
        return _is_token(name, text)
    return looks_random(text) and not values.is_name(text)


def _is_password(name: Name, text: str) -> bool:
    if not name.password and text.isdigit():
        return False
    if values.is_prose(text):
        return _PHRASE.fullmatch(text) is not None and _FILLERS.isdisjoint(text.split())
    return text.lower() not in ("true", "false", "yes", "no", "on", "off")


def _is_token(name: Name, text: str) -> bool:
    if text.isdigit() or (" " in text.strip() and not _STRONG.match(text)):
        return False
    if is_uuid(text):
        return varied(text)
    if looks_random(text, 12) or (len(text) >= 16 and text.isalnum() and wordlike(text) < 0.5):
        return True
    if values.is_switch(text) or values.is_prose(text):
        return False
    if values.is_name(text):
        return name.variable and len(text) >= 8 and not values.speaks_of_secrets(text) and any(map(str.isdigit, text))
    if _LISTED.fullmatch(text):
        return False
    if _STRONG.match(text) and len(text) >= 6:
        if name.words[-1] not in _VAGUE or not values.names_a_key(text):
            return True
        # `summer2027` may be the name of a Secret, but hardly under `JWT_SECRET` or `clientSecret`.
        tells = len(name.words) > 1 and (name.variable or _SHARED & set(name.words[:-1]))
        return bool(tells) and has_digits_and_letters(text) and not values.speaks_of_secrets(text)
    # A word alone under `jwtSecret` is a weak secret; under `tlsSecret` it is the name of one.
    return len(text) >= 4 and bool(_CREDENTIALS & set(name.words[:-1])) and name.words[-1] in _VAGUE
