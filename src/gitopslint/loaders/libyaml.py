"""PyYAML's parser in C without the rest of PyYAML, which no check needs.

`import yaml` also brings loaders, dumpers, resolvers, and a parser in Python with an expression that names all of
Unicode: a sixth of the check of a few apps. The part in C (`yaml._yaml`) asks its package for tokens, events and nodes,
which are small and imported as they are, and for the classes of eight errors. So the package is put where it belongs,
and its own code runs only when somebody asks it for more, as `importlib.util.LazyLoader` does it; a module of that
would already run when one below it is imported. From then on it is PyYAML as it always is, with the same parser.

Whatever is not as expected leads to the plain import.
"""

from __future__ import annotations

import sys
from _thread import RLock
from types import ModuleType
from typing import Any

# The errors that the part in C takes from its package, by their modules. It raises the first three.
_ERRORS = {
    "reader": "ReaderError",
    "scanner": "ScannerError",
    "parser": "ParserError",
    "composer": "ComposerError",
    "constructor": "ConstructorError",
    "emitter": "EmitterError",
    "serializer": "SerializerError",
    "representer": "RepresenterError",
}


def c_parser() -> Any:
    """Return the class of PyYAML's parser in C, or None where PyYAML has none. To be called before PyYAML is used."""
    if "yaml" not in sys.modules and (parser := _alone()) is not None:
        return parser
    import yaml

    return getattr(getattr(yaml, "cyaml", None), "CParser", None)


def _alone() -> Any:
    """Import the part in C without the rest, or leave everything as it was and return None."""
    package = _unread_package()
    if package is None:
        return None
    try:
        sys.modules["yaml"] = package
        from yaml import error, events, nodes, tokens  # noqa: F401 - the package has them from now on

        class ReaderError(error.YAMLError):
            def __init__(self, _name: str, position: int, *_: object) -> None:
                self.position = position

        for module, name in _ERRORS.items():
            kind = ReaderError if module == "reader" else error.MarkedYAMLError
            setattr(package, module, type(module, (), {name: kind}))
        from yaml import _yaml

        for module in _ERRORS:
            delattr(package, module)
        parser = _yaml.CParser
    except Exception:  # noqa: BLE001 - what another version needs can fail in any way
        for name in [name for name in sys.modules if name == "yaml" or name.startswith("yaml.")]:
            del sys.modules[name]
        return None
    package.__class__ = _Unread
    return parser


def _unread_package() -> ModuleType | None:
    """Return PyYAML's package as it is before its code runs, or None where there is nothing like it."""
    spec = next((found for finder in sys.meta_path if (found := finder.find_spec("yaml", None)) is not None), None)
    if spec is None or spec.loader is None or spec.submodule_search_locations is None:
        return None
    package = ModuleType("yaml")
    package.__spec__ = spec
    package.__loader__ = spec.loader
    package.__package__ = "yaml"
    package.__path__ = spec.submodule_search_locations
    package.__file__ = spec.origin
    return package


class _Unread(ModuleType):
    """PyYAML's package until somebody asks for what it does not have yet: then its code runs, once for all threads."""

    def __getattr__(self, name: str) -> Any:
        with _READING:
            spec: Any = self.__spec__
            if spec.loader_state:  # its own code asks, while it runs
                raise AttributeError(f"module 'yaml' has no attribute {name!r}")
            if self.__class__ is _Unread:
                spec.loader_state = "reading"
                try:
                    spec.loader.exec_module(self)
                finally:
                    spec.loader_state = None
                for module, error in _ERRORS.items():
                    setattr(sys.modules["yaml._yaml"], error, getattr(sys.modules[f"yaml.{module}"], error))
                self.__class__ = ModuleType  # type: ignore[assignment]
        return getattr(self, name)


_READING = RLock()
