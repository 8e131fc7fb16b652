"""What the name of a key says about its value: a secret, the name of one, something about one, or nothing.

`dbPassword`, `DB_PASSWORD`, `db-password` and `пароль_бд` are split into words; the last word says what the value is
(a password), unless it says that the value is only about it (a policy, a file, a name).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Literal

from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

Sense = Literal["secret", "token", "key", "reference", "harmless", "neutral"]
"""`secret`: any literal is one. `token`: one, unless it reads as a name. `key`: only a random value is one.
`reference`: the value names where a secret is. `harmless`: it is only about one. `neutral`: the key says nothing."""

_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PIECE = lazy(r"[^\W_]+")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set: tables of words read best as text."""
    return frozenset(text.split())


PASSWORD_WORDS = word_set(
    "password passwords passwd passwds pwd pwds pass passphrase passphrases passcode passe pw psw requirepass "
    "masterauth userpassword rootpassword adminpassword dbpassword pgpassword mysqlpwd sshpass rootpw adminpw "
    "bindpw пароль пароли паролем пароля парол parol kennwort passwort losungswort motdepasse mdp contrasena "
    "contrasenya clave senha palavrapasse parola haslo hasło heslo jelszo wachtwoord losenord losen adgangskode "
    "passord salasana parool lozinka geslo sifre şifre sandi katasandi matkhau slaptazodis κωδικοσ κωδικος "
    "סיסמה"
)
"""What the value is when the key ends with one of these: a password, in many languages, without accents."""

TOKEN_WORDS = word_set(
    "secret secrets token tokens credential credentials creds cred apikey apikeys apitoken authtoken "
    "accesstoken privatekey secretkey accesskey authkey signingkey encryptionkey masterkey clientsecret "
    "jwtsecret secretkeybase bearer pat totp otp htpasswd psk pepper hmac fernet секрет секреты секрета токен "
    "токены токена geheimnis geheim secreto segredo segreto sekret tajne jeton ficha lozinke titok hemlighet "
    "hemmelighed tajemstvi"
)
"""What the value is when the key ends with one of these: a credential, or else the name of one."""

SECRET_PAIRS = frozenset(
    tuple(pair.split("+"))
    for pair in [
        "api+key",
        "api+keys",
        "private+key",
        "private+keys",
        "access+key",
        "access+keys",
        "secret+key",
        "secret+keys",
        "signing+key",
        "signing+keys",
        "encryption+key",
        "encryption+keys",
        "master+key",
        "account+key",
        "license+key",
        "licence+key",
        "webhook+url",
        "connection+string",
        "connection+strings",
        "client+secret",
        "pass+phrase",
        "session+key",
        "session+keys",
        "jwt+key",
        "auth+key",
        "shared+key",
        "hmac+key",
        "fernet+key",
        "storage+key",
        "app+key",
        "application+key",
        "deploy+key",
        "service+key",
        "ssh+key",
        "tls+key",
        "admin+key",
        "write+key",
        "crypto+key",
        "cipher+key",
        "decryption+key",
        "wireguard+key",
        "preshared+key",
        "pre+shared",
        "join+token",
        "key+base",
        "cookie+secret",
        "erlang+cookie",
        "tsig+secret",
        "user+pass",
        "auth+pass",
        "mot+passe",
        "palavra+passe",
        "kata+sandi",
        "ключ+доступа",
        "ключ+api",
        "api+ключ",
        "секретныи+ключ",
        "приватныи+ключ",
        "закрытыи+ключ",
        "ключ+шифрования",
        "ключ+подписи",
        "cle+secrete",
        "cle+api",
        "cle+privee",
        "clave+secreta",
        "clave+privada",
        "chave+secreta",
        "chave+privada",
        "chave+api",
        "chiave+segreta",
        "chiave+privata",
        "klucz+prywatny",
        "klucz+api",
        "geheimer+schlussel",
        "privater+schlussel",
        "api+schlussel",
    ]
)
"""Two words that only together say that the value is a secret."""

_KEY_WORDS = word_set(
    "key keys ключ ключи schlussel schluessel cle clef chave chiave klucz klic kulcs nyckel sleutel seed salt "
    "passkey keystring sharedkey storagekey sessionkey licensekey licencekey appkey"
)
NAMES_IN_OTHER_SCRIPTS: tuple[str, ...] = (
    "密码",
    "密碼",
    "口令",
    "密钥",
    "密鑰",
    "秘钥",
    "令牌",
    "凭证",
    "パスワード",
    "暗証番号",
    "秘密鍵",
    "秘密",
    "トークン",
)
NAMES_IN_OTHER_SCRIPTS += ("비밀번호", "암호", "비밀", "토큰", "رمز", "كلمة المرور", "रहस्य", "पासवर्ड", "รหัสผ่าน")
_ENDINGS: tuple[str, ...] = (
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "secretkey",
    "privatekey",
    "accesskey",
    "accountkey",
)
_ENDINGS += ("authtoken", "accesstoken", "refreshtoken", "clientsecret", "passwort", "contrasena")

_WHOLE_WORDS = (PASSWORD_WORDS | TOKEN_WORDS) - word_set(
    "pass pw psw passe mdp clave parola sandi senha sekret pat totp otp psk pepper hmac fernet bearer ficha geheim "
    "cred creds"
)
"""Those that say so wherever they stand in a name: `passwordDev`, but not `passThrough`."""

_PASSING = word_set(
    "next page paging continuation request output input last first max min start end sync cursor change idempotency "
    "prev previous resume upload stop eos bos pad unk special total prompt completion num"
)
"""Before `token`: it only leads through a list, or is a piece of text."""

HOLDERS = (PASSWORD_WORDS | TOKEN_WORDS) - {"pass", "pat", "bearer", "hmac", "clave", "sandi", "parola"}
"""Words that make a secret of what stands below the key."""

HARMLESS_ENDS = word_set(
    "ref refs name names claim claims class kind type types provider backend store policy policies enabled "
    "disabled required create annotations labels namespace namespaces file files filename path paths dir "
    "directory folder mount mounts volume url uri endpoint endpoints host hosts hostname port issuer audience "
    "scope scopes user username users ttl expiry expires expiration lifetime timeout seconds minutes hours days "
    "interval period length size len algorithm alg algo method methods mode version header headers prefix "
    "suffix format property properties checksum hash hashes digest fingerprint database db realm id ids identifier arn "
    "selector regex regexp pattern patterns rule rules rotation rotate retention duration age min max count "
    "limit limits retries attempts strength complexity validity validation validator verifier generator manager "
    "service server client controller operator plugin driver engine reader writer resolver location source "
    "target key_name keyname env envs variable variables field fields column param params parameter parameters "
    "template templates description comment hint label title text message help example examples placeholder "
    "prompt input form page link email mail domain region zone bucket image tag tags repository registry role "
    "roles group groups account accounts secretname requirements history reuse only change reset recovery "
    "forgot forgotten login signin signup flow grant store_type keystore_type request response usage review "
    "reviewer cert certificate ca crt public pub status state enable disable allow deny generate generated "
    "present exists missing projection audiences mapping map config configmap settings options option cache "
    "cookie_name cookiename sync encrypted encoding encoder schema schemas table tables index indexes query "
    "queries job jobs schedule cron mtime timestamp encryption"
)
"""Last words that say: the value is only about a secret."""

_REFERENCE_STARTS = ("existing", "useexisting", "use_existing", "secretref", "secret_ref")
_REFERENCE_ENDS = (
    *("ref", "refs", "selector", "annotations", "labels"),
    *("secretname", "secret_name", "secretnames", "secret_names"),
)
_REFERENCES = frozenset(
    f"{kind}{secret}"
    for kind in ("imagepull", "image_pull", "pull", "external", "sealed")
    for secret in ("secret", "secrets", "_secret", "_secrets")
)
_SWITCHES = word_set(
    "use enable enabled disable is has require requires allow show hide forgot reset change generate rotate min "
    "max existing without no skip ignore validate verify auto mount automount"
)
_PUBLIC_KEYS = word_set(
    "public publishable pub known authorized host hostkey primary foreign partition sort site gpg pgp recv"
)
_BROWSER = lazy(
    r"(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|VITE|REACT_APP|VUE_APP|PUBLIC|GATSBY|STORYBOOK|NG_APP|RSBUILD_PUBLIC"
    r"|SNOWPACK_PUBLIC|PUBLIC_ENV)_[A-Z0-9]"
)

_FOR_BROWSERS = word_set(
    "mapbox maps map mixpanel posthog sentry recaptcha captcha hcaptcha turnstile site sitekey publishable "
    "public anon algolia search firebase amplitude segment ga gtm analytics datadog logrocket intercom crisp "
    "hotjar vapid beacon rum clarity metrika client dsn maptiler bugsnag rollbar pusher clerk measurement "
    "widget write"
)
"""Words of keys that services hand out for browsers."""


class Name(NamedTuple):
    """A key, understood. `password`: its value is a password, so that even a number is one."""

    sense: Sense
    words: tuple[str, ...] = ()
    password: bool = False
    browser: bool = False
    """Whether the build tools of web applications ship a variable of this name to every visitor."""
    variable: bool = False
    """Whether it is written as variables of the environment are: programs read a value there, and no name."""


@lru_cache(maxsize=8192)
def words_of(key: str) -> tuple[str, ...]:
    """Split a key on case and separators: `dbPassword`, `DB_PASSWORD` and `db-password` are db and password."""
    if key.isascii():
        return tuple(word.lower() for word in _WORD.findall(key))
    import unicodedata  # few keys are written in other letters

    bare = "".join(one for one in unicodedata.normalize("NFKD", key) if not unicodedata.combining(one))
    found: list[str] = []
    for piece in _PIECE.findall(bare):
        start = 0
        for at in range(1, len(piece)):
            rises = piece[at].isupper() and not piece[at - 1].isupper()
            if rises or piece[at].isdigit() != piece[at - 1].isdigit():
                found.append(piece[start:at])
                start = at
        found.append(piece[start:])
    return tuple(word.lower() for word in found)


def is_reference(key: str) -> bool:
    """Tell whether what stands at a key, or below it, names where a secret is."""
    lower = key.lower()
    return lower.startswith(_REFERENCE_STARTS) or lower.endswith(_REFERENCE_ENDS) or lower in _REFERENCES


@lru_cache(maxsize=8192)
def name_of(key: str) -> Name:
    """Say what a key says about its value."""
    match = _BROWSER.match(key)
    if match is not None:
        own = name_of(key[match.end() - 1 :])
        known = not _FOR_BROWSERS.isdisjoint(own.words) and "secret" not in own.words
        return own._replace(browser=True, sense="harmless" if known else own.sense)
    words = words_of(key)
    if not words:
        return Name("secret" if any(one in key for one in NAMES_IN_OTHER_SCRIPTS) else "neutral", words)
    while len(words) > 1 and words[-1].isdigit():
        words = words[:-1]
    sense, password = _sense(key, words)
    return Name(sense, words, password, variable=key.isupper() and "_" in key)


def _sense(key: str, words: tuple[str, ...]) -> tuple[Sense, bool]:
    last = words[-1]
    if is_reference(key):
        return "reference", False
    if not key.isascii() and any(one in key for one in NAMES_IN_OTHER_SCRIPTS):
        return "secret", True
    if words[-2:] in SECRET_PAIRS and not (words[0] in _SWITCHES and len(words) > 2):
        # `secretKey: password` is the usual way to name a key inside a Secret.
        return "token", False
    if last in PASSWORD_WORDS and not (words[0] in _SWITCHES and len(words) > 1):
        return "secret", True
    if last in TOKEN_WORDS and not (words[0] in _SWITCHES and len(words) > 1):
        passing = last in ("token", "tokens") and len(words) > 1 and words[-2] in _PASSING
        return ("harmless" if "public" in words or passing else "token"), False
    about = not _WHOLE_WORDS.isdisjoint(words)
    if words in (("key",), ("keys",)):
        return "neutral", False
    if last in _KEY_WORDS:
        # `passwordKey` and `secretKeyKey` name a key inside a Secret.
        return ("harmless" if not _PUBLIC_KEYS.isdisjoint(words) else "key"), False
    if last in HARMLESS_ENDS:
        return "harmless", False
    if last.endswith(_ENDINGS):
        return ("secret" if last.endswith(("password", "passwd", "passphrase")) else "token"), "passw" in last
    if any(pair in SECRET_PAIRS for pair in pairwise(words)):
        return "token", False
    if about and words[0] not in _SWITCHES:
        # A secret by another word than the last: `passwordDev`, `tokenGithub`, `secretOld`.
        first = next(word for word in words if word in _WHOLE_WORDS)
        return ("secret" if first in PASSWORD_WORDS else "token"), False
    return "neutral", False


def holds_secrets(key: str) -> bool:
    """Tell whether a key such as `secrets` or `dbCredentials` makes secrets of the values below it."""
    words = words_of(key)
    return bool(words) and not is_reference(key) and words[-1] in HOLDERS | {"keys"} and words[0] not in _SWITCHES
