"""A share of the work, where several machines divide it."""

from __future__ import annotations

from gitopslint.model.namedtuple import NamedTuple

MOST_SHARES = 1000


class Share(NamedTuple):
    """The share with a number, counted from 1, of several."""

    number: int = 1
    of: int = 1

    @property
    def is_all(self) -> bool:
        """Whether nobody else does anything."""
        return self.of == 1

    def holds(self, name: str) -> bool:
        """Tell whether an app, or a file of no app, belongs to this share.

        That depends on the name alone, so it stays where it is when others come and go. The empty name stands for what
        has no name, and belongs to the first share.
        """
        if self.of == 1 or not name:
            return self.number == 1
        import hashlib  # OpenSSL takes its time to load, and few runs are divided

        digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


ALL = Share()
