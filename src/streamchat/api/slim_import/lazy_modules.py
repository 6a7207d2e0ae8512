"""Modules that run later than they are imported, and placeholders for their names until then.

Knows nothing of the SDK. Rule: no value is invented. A name gives what the module itself
defines, or a `LazyName` that becomes it.
"""

from __future__ import annotations

import importlib
import sys
import threading
import typing
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.abc import Loader  # 4 ms, for a base class that does nothing
else:
    Loader = object


@dataclass
class Phase:
    """Whether names of a module that has not run get lazy names, or run the module."""

    hands_out_lazy_names: bool = False


phase = Phase()


class LazyName:
    """Stands for a name of a module that has not run. Every use of it uses the real object,
    except naming it in an annotation or in a union."""

    __slots__ = ("module", "name")

    def __init__(self, module: ModuleType, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _real(self)(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):  # libraries use these to test what an object can do
            raise AttributeError(name)
        return getattr(_real(self), name)

    def __getitem__(self, key: Any) -> Any:
        return _real(self)[key]

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (_real(self),)

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, _real(self))

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, _real(self))

    def __or__(self, other: Any) -> Any:
        return typing.Union[self, other]  # noqa: UP007 - the other spelling calls this

    def __ror__(self, other: Any) -> Any:
        return typing.Union[other, self]  # noqa: UP007 - the other spelling calls this

    def __get_pydantic_core_schema__(self, _source: Any, handler: Any) -> Any:
        return handler.generate_schema(_real(self))


def _real(lazy_name: LazyName) -> Any:
    run(lazy_name.module)
    return getattr(lazy_name.module, lazy_name.name)


class LazyModule(ModuleType):
    """A module that runs when one of its names is needed. Then it is an ordinary module."""

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)
        if not phase.hands_out_lazy_names:
            return _run_and_get(self, name)
        if _has_submodule(self, name):
            raise AttributeError(name)  # and the import system then imports it
        found = vars(self)[name] = _loader(self).lazy_names.setdefault(
            name, LazyName(self, name)
        )
        return found


class LazyPackage(ModuleType):
    """A package that looks its names up one by one. It runs when somebody asks for a public
    name that it does not take from elsewhere."""

    def __setattr__(self, name: str, value: object) -> None:
        """The import of a module does not hide what the package calls by the same name."""
        if isinstance(value, ModuleType):
            source = _loader(self).reexports.names.get(name)
            if source is not None and source != (".", name):
                return
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        reexports = _loader(self).reexports
        if name == "__all__":  # `import *` asks
            return sorted(reexports.exported or filter(_is_public, reexports.names))
        if _is_special(name) and name not in reexports.names:
            raise AttributeError(name)
        found = self._find(name)
        if not isinstance(found, LazyName):
            vars(self)[name] = found
        return found

    def _find(self, name: str) -> Any:
        reexports = _loader(self).reexports
        if source := reexports.names.get(name):
            return _take(*source, package=self.__name__)
        if _has_submodule(self, name):
            return importlib.import_module(f"{self.__name__}.{name}")
        if not _is_public(name):  # tools try such names on every object
            raise AttributeError(name)
        for module in reexports.starred:
            package = importlib.import_module(module, self.__name__)
            if _offers(package, name):
                return getattr(package, name)
        return _run_and_get(self, name)


def _take(module: str, name: str, *, package: str) -> Any:
    """The object that `from module import name` gives in the package."""
    if module == ".":
        return importlib.import_module(f".{name}", package)
    return getattr(importlib.import_module(module, package), name)


def _offers(package: ModuleType, name: str) -> bool:
    loader = getattr(package.__spec__, "loader", None)
    known = loader.reexports.names if isinstance(loader, LazyLoader) else vars(package)
    return name in known


@dataclass(frozen=True, slots=True)
class Reexports:
    """What the `__init__` of a package collects: for each name its module (as in a relative
    import) and its name there; and the modules from which it takes everything."""

    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    starred: Sequence[str] = ()
    exported: frozenset[str] = frozenset()


class LazyLoader(Loader):
    """Makes modules of `kind`, and runs them with the loader that it replaces."""

    def __init__(self, real: Any, kind: type[ModuleType], reexports: Reexports) -> None:
        self.real = real
        self.kind = kind
        self.reexports = reexports
        self.lazy_names: dict[str, LazyName] = {}
        self.lock = threading.RLock()
        self.is_running = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.kind(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Does nothing: the module runs later."""

    def __getattr__(self, name: str) -> Any:  # sources and resources, as before
        return getattr(self.real, name)


def _loader(module: ModuleType) -> LazyLoader:
    assert module.__spec__ is not None
    loader = module.__spec__.loader
    assert isinstance(loader, LazyLoader)
    return loader


def run(module: ModuleType) -> None:
    """Run a lazy module in place, unless it ran already."""
    loader = _loader(module)
    with loader.lock:
        if loader.is_running or not isinstance(module, loader.kind):
            return
        forget_lazy_names(module)
        loader.is_running = True
        try:
            loader.real.exec_module(module)
        finally:
            loader.is_running = False
        module.__class__ = ModuleType
        _put_in_place(module, loader.lazy_names)


def _run_and_get(module: ModuleType, name: str) -> Any:
    run(module)
    if type(module) is not ModuleType:  # it is running and asks for something not yet defined
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    return getattr(module, name)


def forget_lazy_names(module: ModuleType) -> None:
    """Make the module look its names up again, and run for them."""
    for name, lazy_name in _loader(module).lazy_names.items():
        if vars(module).get(name) is lazy_name:
            del vars(module)[name]


def loaded_modules() -> list[ModuleType]:
    return [module for module in sys.modules.values() if isinstance(module, ModuleType)]


def _put_in_place(module: ModuleType, lazy_names: Mapping[str, LazyName]) -> None:
    if not lazy_names:
        return
    for other in loaded_modules():
        for name, value in list(vars(other).items()):
            if isinstance(value, LazyName) and value.module is module:
                with suppress(AttributeError):  # a use of the name will report it
                    vars(other)[name] = getattr(module, value.name)


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _has_submodule(package: ModuleType, name: str) -> bool:
    path = vars(package).get("__path__")
    return (
        path is not None
        and PathFinder.find_spec(f"{package.__name__}.{name}", path) is not None
    )
