"""Random values without a known shape under names that say nothing."""

from __future__ import annotations

from gitopslint.checks.secrets import values
from gitopslint.checks.secrets.encoded import decoded
from gitopslint.checks.secrets.randomness import entropy, is_hex, looks_random, wordlike
from gitopslint.model.keynames import Name, word_set
from gitopslint.model.lazy import lazy

_TOKEN = lazy(r"[A-Za-z0-9+/_-]{20,200}={0,2}|[A-Za-z0-9+/_.~-]{32,200}")
_EXPLAINED = word_set(
    "id ids hash hashes sha sha1 sha256 sha512 md5 digest digests checksum checksums integrity revision rev "
    "commit version tag image uid uuid guid fingerprint thumbprint cert certificate certs ca bundle logo icon "
    "avatar picture img photo png svg blob etag zone arn path regex pattern public recipient recipients content "
    "body template query signature pub user name host url uri nonce cursor snapshot build release layer chart "
    "digestsum font favicon manifest cookie trace traceparent span example sample address wallet contract site "
    "sitekey measurement vault tracking verification key_id license"
)
_IMAGES = (
    "iVBOR",
    "/9j/",
    "R0lGOD",
    "UklGR",
    "PHN2Zy",
    "PD94bWw",
    "AAABAA",
    "H4sI",
    "LS0tLS1CRUdJTiBDRVJU",
    "LS0tLS1CRUdJTiBQVUJ",
    "MII",
    "AAAA",
)
_LEAST_BITS = 3.7


def is_unnamed_secret(name: Name, text: str) -> bool:
    """Tell whether a value looks like a secret although nothing else says so."""
    if name.sense != "neutral" or not _EXPLAINED.isdisjoint(name.words) or _TOKEN.fullmatch(text) is None:
        return False
    if (
        text.startswith(_IMAGES)
        or values.harmless(text)
        or is_hex(text)
        or ("/" in text.strip("/") and wordlike(text) > 0.2)
    ):
        return False
    kinds = sum(any(map(kind, text)) for kind in (str.islower, str.isupper, str.isdigit))
    words = 0.3 if len(text) >= 24 else 0.15
    if kinds < 3 or entropy(text) < _LEAST_BITS or not looks_random(text, 20) or wordlike(text) > words:
        return False
    return decoded(text) is None
