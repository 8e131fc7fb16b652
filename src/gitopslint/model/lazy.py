"""Regular expressions that are compiled when they are first used.

There are two hundred on the way of a check, at 0.1 ms each: compiling them all takes longer than checking a small
repository, which needs half of them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub")


class _Lazy:
    def __init__(self, pattern: Any, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # From now on the methods are found without coming here.
        compiled = re.compile(self._pattern, self._flags)
        vars(self).update({one: getattr(compiled, one) for one in (*_METHODS, name)})
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a regular expression as `re.compile` does, but compile it later."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, int(flags)))
