"""Regular expressions that are compiled when they are first used.

There are fifty here, and compiling them all takes longer than checking a small repository; most runs need a few.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # From now on the methods are found without coming here.
        compiled = re.compile(self._pattern, self._flags)
        vars(self).update(
            {one: getattr(compiled, one) for one in ("search", "match", "fullmatch", "finditer", "findall", "sub")}
        )
        return getattr(compiled, name)


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a regular expression as `re.compile` does, but compile it later."""
    return cast("re.Pattern[str]", _Lazy(pattern, int(flags)))
