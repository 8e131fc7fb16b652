"""What a text under a key is when it is no secret: a placeholder, a reference, a name, a public value."""

from __future__ import annotations

import re

from gitopslint.checks.secrets.randomness import is_hex, is_uuid, looks_random, wordlike
from gitopslint.model.keynames import word_set
from gitopslint.model.lazy import lazy

# Texts of every repository are asked about, and to compile one of the larger expressions takes as long as to search
# hundreds of texts. So what a text must hold to fit is looked for first.
_FILLERS = word_set(
    "auto random default inherited encrypted sample hidden masked omitted removed foo bar baz foobar asdf lorem ipsum "
    "undefined unset none null nil na n/a empty unused required optional invalid generate generated valuefrom stub "
    "mock mocked here vault"
)
_MASK = frozenset("x*.-_#•?0")
_BRACKETED = lazy(r"[<\[{(]{1,3}[^<>\[\]{}]{0,200}[>\]})]{1,3}")  # <password>, [token], {{ x }}
_IN_VAULT = lazy(r"(?:use|from|see|in)[\W_]vault", re.IGNORECASE)
_OPENINGS = (
    *("change", "replace", "todo", "tbd", "fixme", "placeholder", "redacted", "dummy", "fake", "insert", "fill", "set"),
    *("your", "example", "not", "managed", "goes", "xxx", "ersetzen", "hier"),
    *("замени", "указать", "вставьте", "пример", "заполни", "ваш"),
)
_OPENING_WORDS = word_set("to my enter provide see")
"""How a phrase of `_SAYS_SO` begins, as the start of a word or as a whole one."""
_RUN = lazy(r"[^\W_]+")
_SAYS_SO = lazy(
    r"""
    (?:^|[\W_])(?:
      (?:change|replace)[\W_]?(?:me|this|it|with|in|before|your)? | todo | tbd | fixme | placeholder
    | redacted | dummy | fake | insert | fill[\W_]?(?:in|me) | set[\W_]?me | your | example | examples
    | not[\W_]?(?:used|set|real|needed|required|a[\W_]?real) | to[\W_]be[\W_]\w+
    | my[\W_](?:secret|password|token|key|api|super)\w* | enter[\W_]\w+ | provide[\W_]\w+ | see[\W_]\w+
    | managed[\W_]by | goes[\W_]?here | x{4,} | \*{3,} | \.{3} | xxx
    | замени\w* | указать | вставьте | пример | заполни\w* | ваш\w{0,3} | ersetzen | hier[\W_]eintragen
    )(?:$|[\W_0-9])
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_TOGETHER = (
    *("changeme", "replaceme", "setme", "fillme", "insertyour", "placeholder"),
    *("yourpassword", "yoursecret", "yourtoken", "yourkey", "yourapi"),
    *("examplepassword", "examplesecret", "examplekey", "exampletoken"),
)
_TEMPLATE = lazy(
    r"""
      \{\{.{0,300}?\}\} | \$\{[^}]{0,300}\} | \$\([^)]{0,300}\) | \$\[\[.{0,300}?\]\] | \{%.{0,300}?%\} | <%.{0,300}?%>
    | \#\{[^}]{0,300}\} | `[^`]{0,300}` | (?<![^\s"'=:/@,])\$\$?[A-Za-z_][A-Za-z0-9_]{0,100}
    | (?<![^\s"'=:/@,])\$[0-9@*]
    | (?<!\w)%[A-Z_][A-Z0-9_]{1,100}%(?!\w) | %\([^)]{0,300}\)s? | <path:[^>]{0,300}> | (?<!\w)@[A-Z_]{2,100}@(?!\w)
    | (?<!\w)__[A-Z][A-Z0-9_]{0,100}__(?!\w) | (?:secret)?ref\+[a-z0-9]{1,30}://[^\s@]{0,500} | @@?\{[^}]{0,300}\}
    | <[a-zA-Z_ -]{2,60}> | \{[A-Za-z_][\w.:-]{0,60}\}
    """,
    re.VERBOSE | re.DOTALL,
)
_FALLBACK = lazy(
    r"""\$\{[\w.]{1,100}(?::?[-=]|:(?![?+]))(?P<shell>[^${}\s]{1,200})\}"""
    r"""|\{\{[^{}\n]{0,200}\bdefault[ (]{1,3}["'](?P<template>[^"'{}\n]{1,200})["'][^{}\n]{0,200}\}\}"""
)
_REFERENCE = lazy(
    r"""
      (?:vault|secrets?|sm|ssm|op|keyvault|akv|gcp-?sm|aws-?sm|awssecretsmanager|gcpsecretmanager|env|file|files|k8s
        |kubernetes|doppler|infisical|bws|bitwarden|lastpass|pass|sops|conjur|parameterstore|cyberark|akeyless)
        (?:\+[\w-]+)?:(?:/{0,3})[^\s@]*
    | arn:aws[\w-]*:\S+ | projects/[^/\s]+/secrets/\S+ | @Microsoft\.KeyVault\(.* | secrets?[./][\w./-]+
    | (?:env|process\.env|os\.environ|secrets|vars|var|local|data|module|inputs|github|values|Values|config|settings
        |self|this|ctx|context|params|props|request|req)\.[\w.\[\]"'-]+
    | (?:os\.)?getenv\(.* | lookup\(.* | !\w+\s.* | [\w.]+\(.*\)
    | ENC\[.* | ENC\(.* | \{cipher\}.* | encrypted:.* | \$ANSIBLE_VAULT;.* | vault:v[0-9]+:.*
    | enc:v?[0-9]*:.* | AgA.{150,} | AgB.{150,} | (?:wcFMA|hQ[EI]MA|hF4D|AQICAH|CiQA)[A-Za-z0-9+/=\s]{100,}
    | age1[0-9a-z]{50,} | -----BEGIN\ (?!.*PRIVATE).* | ssh-(?:rsa|dss|ed25519)\ AAAA.* | ecdsa-sha2-\S+\ AAAA.*
    | sk-ssh-ed25519@.* | sk-ecdsa-.* | -----BEGIN\ (?:AGE\ ENCRYPTED|PGP\ (?:MESSAGE|PUBLIC)).*
    """,
    re.VERBOSE | re.DOTALL,
)
_PATH = lazy(
    r"(?:[~.]{0,2}/[\w.@+~ -]+)+/?|[A-Za-z]:\\.*|(?:[\w.-]+/)*[\w-]+"
    r"\.(?:json|ya?ml|pem|key|crt|cer|p12|pfx|jks|txt|env|conf|cfg|ini|toml|sh|py|js|ts|pub|gpg|asc|enc|cert)"
)
_URL = lazy(r"[a-z][a-z0-9+.-]{1,20}://[^\s]*", re.IGNORECASE)
_HOST = lazy(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::[0-9]{1,5})?(?:/[\w./-]*)?", re.IGNORECASE)
_EMAIL = lazy(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,24}")
_DURATION = lazy(
    r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|ms|s|m|h|d|w|y|min|mins|hours?|days?|Mi|Gi|Ki|M|G|K|MB|GB|KB))+", re.IGNORECASE
)
_VERSION = lazy(r"v?[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}[-+~]?(?:[0-9.]{1,10})?")
_API_VERSION = lazy(r"v[0-9]{1,2}(?:alpha|beta)[0-9]{0,2}")
_DIGEST = lazy(r"(?:sha(?:1|224|256|384|512)|md5)[-:=][A-Za-z0-9+/=]{8,}|[^\s@]+@sha256:[0-9a-f]{64}", re.IGNORECASE)
_TIME = lazy(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9.]{2,12})?(?:z|[+-][0-9:]{4,5})?", re.IGNORECASE)
_PUBLIC = (
    ("://", _URL),
    ("@", _EMAIL),
    ("sha", _DIGEST),
    ("md5", _DIGEST),
    (".", _VERSION),
    ("t", _TIME),
    ("a", _API_VERSION),
)
"""What everybody may know, each with what it always holds."""
_NAME = lazy(r"[A-Za-z][A-Za-z0-9]*(?:[-._/][A-Za-z0-9]+)*")
_WORDS_OF_SECRETS = word_set(
    "secret secrets token tokens cred creds credential credentials password passwords passwd pass pwd key keys auth "
    "tls cert certs config env jwt oauth api app db database user admin root tokenreview access private client server "
    "ssh registry pull webhook hmac data value name id"
)
_STEP = lazy(r"(?<![^-_./])[a-z]+(?![^-_./0-9])")
_SWITCH = word_set(
    "true false yes no on off enabled disabled enable disable always never optional required strict lax none "
    "both basic bearer digest ntlm kerberos ldap saml oidc oauth oauth2 jwt token password plain md5 scram "
    "scram-sha-256 scram-sha-512 internal external automatic manual static dynamic random file env memory redis "
    "postgres postgresql mysql vault kubernetes opaque string text hidden number boolean object array integer "
    "header cookie query form json"
)
_REGEX = lazy(r"\[[^\]\s]{0,40}[A-Za-z0-9]-[A-Za-z0-9][^\]\s]{0,40}\][{+*]|\\[wdsb][+*{]|\(\?[:!=<]|\.\*[$)]")
_PASSWORD_HASH = lazy(
    r"\$\$?2[abxy]\$\$?[0-9]{2}\$\$?[./A-Za-z0-9]{53}|\$\$?apr1\$\$?.{1,8}\$\$?[./A-Za-z0-9]{22}|\$(?:[156y]|argon2(?:id|i|d)"
    r"|pbkdf2[\w-]*|scrypt)\$\S{20,400}|\{(?:SSHA|SHA|CRYPT|PBKDF2)\}\S{13,400}|SCRAM-SHA-256\$\S{40,400}|pbkdf2_sha256\$\S{40,200}"
)


def is_placeholder(text: str) -> bool:
    """Tell whether a text only says that something goes here."""
    stripped = text.strip().strip("\"'")
    if len(stripped) > 200 or stripped == "changeit":  # the password that Java's own key store really has
        return False
    lower = stripped.lower()
    if _stands_for_nothing(stripped, lower):
        return True
    if not any(one in lower for one in _TOGETHER) and not (_may_say_so(lower) and _SAYS_SO.search(stripped)):
        return False
    return not any(looks_random(part) for part in re.split(r"[-_.:/\s]", stripped))


def _stands_for_nothing(text: str, lower: str) -> bool:
    return (
        lower in _FILLERS
        or not any(map(str.isalnum, text))
        or (len(text) >= 3 and _MASK.issuperset(lower))
        or (text[0] in "<[{(" and _BRACKETED.fullmatch(text) is not None)
        or (lower.endswith("vault") and _IN_VAULT.fullmatch(text) is not None)
    )


def _may_say_so(lower: str) -> bool:
    words = _RUN.findall(lower)
    return "***" in lower or "..." in lower or any(one in _OPENING_WORDS or one.startswith(_OPENINGS) for one in words)


def without_templates(text: str) -> str:
    """Return a text without what a template, a variable or an expression would put into it."""
    return _TEMPLATE.sub("", text) if any(one in text for one in "{$%<`@_+#") else text


def fallback(text: str) -> tuple[int, int] | None:
    """Return where a text that is nothing but a variable or a template says what it is without a value.

    `${PASSWORD:-this}` and `{{ .Values.password | default "this" }}`.
    """
    match = _FALLBACK.fullmatch(text) if text.startswith(("${", "{{")) else None
    return match.span("shell" if match["shell"] is not None else "template") if match is not None else None


def is_templated(text: str) -> bool:
    """Tell whether what counts in a text is put in later."""
    rest = without_templates(text)
    return rest != text and not looks_random(rest.strip("\"'"))


def is_reference(text: str) -> bool:
    """Tell whether a text says where a secret is, or is one that nobody can read as it stands."""
    stripped = text.strip()
    if _is_bare(stripped):
        return False
    if _REFERENCE.fullmatch(stripped) is not None:
        return True
    return _PATH.fullmatch(stripped) is not None and not any(looks_random(part) for part in stripped.split("/"))


def _is_bare(text: str) -> bool:
    """Tell whether a text has none of the marks that references and paths have, nor the length of ciphertext."""
    return len(text) < 50 and not text.startswith("sk-") and text.replace("-", "").replace("_", "").isalnum()


def is_word(text: str) -> bool:
    """Tell whether a text is nothing but a word, in the place of a value that somebody took the trouble to encode."""
    return re.fullmatch(r"[a-z]{3,20}", text) is not None and not any(one in text for one in _TOGETHER)


def is_publishable(text: str) -> bool:
    """Tell whether a text is a key that its service hands out for browsers."""
    return text.startswith(("pk_live_", "pk_test_", "pk.eyJ", "sb_publishable_", "phc_", "G-", "GTM-", "UA-", "6Le"))


def is_encrypted(text: str) -> bool:
    """Tell whether a text is ciphertext of SOPS, Ansible, Spring, dotenvx or a sealed Secret."""
    return text.startswith(("ENC[", "ENC(", "{cipher}", "encrypted:", "$ANSIBLE_VAULT;", "vault:v", "AgA", "AgB"))


def is_public(text: str) -> bool:
    """Tell whether a text is something that everybody may know: an address, a length of time, a digest."""
    lower = text.lower()
    if any(mark in lower and one.fullmatch(text) is not None for mark, one in _PUBLIC):
        return True
    return (text[:1].isdigit() and _DURATION.fullmatch(text) is not None) or (
        "." in text and _HOST.fullmatch(text) is not None and not looks_random(text.partition(".")[0], 20)
    )


def is_switch(text: str) -> bool:
    """Tell whether a text is one of the words that choose how something works."""
    return text.lower() in _SWITCH


def is_name(text: str) -> bool:
    """Tell whether a text reads as the name of a thing: words with hyphens, dots or slashes between them."""
    if _NAME.fullmatch(text) is None or len(text) > 253 or is_uuid(text) or (is_hex(text) and len(text) >= 16):
        return False
    if looks_random(text, 12):
        return False
    parts = re.split(r"[-._/]", text)
    return len(parts) > 1 and (wordlike(text) >= 0.5 or speaks_of_secrets(text))


def speaks_of_secrets(text: str) -> bool:
    """Tell whether one of the words of a name is about secrets, as in `shop-db-credentials`."""
    return not _WORDS_OF_SECRETS.isdisjoint(_STEP.findall(text.lower()))


def names_a_key(text: str) -> bool:
    """Tell whether a text reads as a key inside a Secret, such as `password` or `DB_PASSWORD`."""
    return _NAME.fullmatch(text.replace("_", "-")) is not None and (speaks_of_secrets(text) or wordlike(text) >= 0.6)


def is_password_hash(text: str) -> bool:
    """Tell whether a text is what is left of a password in a file of accounts."""
    return ("$" in text or text.startswith("{")) and _PASSWORD_HASH.fullmatch(text) is not None


def is_prose(text: str) -> bool:
    """Tell whether a text is a sentence."""
    words = text.split()
    return len(words) >= 4 and sum(word.strip(".,:;!?()'\"").isalpha() for word in words) >= 0.7 * len(words)


def is_pattern(text: str) -> bool:
    """Tell whether a text is a regular expression."""
    return any(mark in text for mark in ("[", "\\", "(?", ".*")) and _REGEX.search(text) is not None


def harmless(text: str) -> bool:
    """Tell whether a text cannot be a secret, whatever its key says."""
    return (
        not text.strip()
        or is_placeholder(text)
        or is_templated(text)
        or is_reference(text)
        or is_public(text)
        or is_pattern(text)
        or is_publishable(text)
    )
