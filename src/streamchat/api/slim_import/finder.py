"""Which modules of the SDK run late, read from the SDK's files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from itertools import zip_longest
from types import ModuleType
from typing import Any

from streamchat.api.slim_import.lazy_modules import (
    LazyLoader,
    LazyModule,
    LazyPackage,
    Reexports,
    phase,
)

ROOT = "anthropic"

# Modules of which a chat needs only names, in annotations and in functions that it never calls.
_PUT_OFF = re.compile(
    r"""anthropic\.types\.\w+_params?                           # requests, for us plain dicts
    |   anthropic\.types\.(beta|organization|messages)\..+      # products that we do not ask
    |   anthropic\.resources\.messages\.batches
    |   anthropic\._error_classes                               # 100 modules, after an error
    |   opentelemetry\..+                                       # we ask for no spans
    """,
    re.VERBOSE,
)

# What the SDK's own `__init__` does besides collecting names; `Root` does the part that
# matters.
_KNOWN_END = """\
if not _t.TYPE_CHECKING:
from ._utils._resources_proxy import resources as resources
_setup_logging()
__locals = locals()
for __name in __all__:
if not __name.startswith("__"):
try:
__locals[__name].__module__ = "anthropic"
except (TypeError, AttributeError):
pass"""

_COMMENT = re.compile(r"#.*")
_COLLECTED = re.compile(r"^from (\.[\w.]*) import (?:\(([^()]*)\)|([^\n()\\]+))$", re.MULTILINE)
_IGNORED = re.compile(
    r"""^(?:from\ __future__\ import\ .*
    |   import\ typing\ as\ _t
    |   from\ typing_extensions\ import\ TypeAlias
    |   __all__\ =\ \[([^\]]*)\])$
    """,
    re.VERBOSE | re.MULTILINE,
)
_ALIAS = re.compile(r"\w+(?:: TypeAlias)? = .+")


class UnknownLayoutError(ImportError):
    """The SDK's files are not as this package expects them."""


class Root(LazyPackage):
    """The SDK's own package. Its exports name it as their module."""

    def _find(self, name: str) -> Any:
        found = super()._find(name)
        if name in self.__spec__.loader.reexports.exported:  # type: ignore[union-attr]
            with suppress(TypeError, AttributeError):  # as in the SDK
                found.__module__ = ROOT
        return found


class SlimFinder:
    """A finder for `sys.meta_path`. Other modules are found as usual."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raises UnknownLayoutError for a root package that does more than is known."""
        is_sdk = name == ROOT or name.startswith(f"{ROOT}.")
        is_put_off = phase.hands_out_lazy_names and _PUT_OFF.fullmatch(name) is not None
        if not (is_sdk or is_put_off):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        reexports = _read_reexports(spec) if is_sdk else None
        if reexports is not None:
            kind = Root if name == ROOT else LazyPackage
            spec.loader = LazyLoader(spec.loader, kind, reexports)
        elif is_put_off:
            spec.loader = LazyLoader(spec.loader, LazyModule, Reexports())
        return spec


def _read_reexports(spec: ModuleSpec) -> Reexports | None:
    """The names that a package collects; None for a module, and for a package that does
    more."""
    if spec.submodule_search_locations is None or spec.origin is None:
        return None
    source = _COMMENT.sub("", _read_source(spec))
    rest = _IGNORED.sub("", _COLLECTED.sub("", source))
    lines = [line.strip() for line in rest.splitlines() if line.strip()]
    if spec.name == ROOT:
        _must_be_known(lines)
    elif not all(map(_ALIAS.fullmatch, lines)):
        return None
    return _parse_reexports(source)


def _read_source(spec: ModuleSpec) -> str:
    read = getattr(spec.loader, "get_data", None)
    if read is None:
        raise UnknownLayoutError(f"the source of {spec.name} cannot be read")
    return str(read(spec.origin), "utf-8").replace("\r\n", "\n")


def _must_be_known(lines: Sequence[str]) -> None:
    """Raises UnknownLayoutError."""
    for line, known in zip_longest(lines, _KNOWN_END.splitlines()):
        if line != known:
            raise UnknownLayoutError(f"anthropic/__init__.py is not as known: {line or known}")


def _parse_reexports(source: str) -> Reexports:
    names, starred = {}, []
    for module, among, alone in _COLLECTED.findall(source):
        for part in (among or alone).split(","):
            match part.split():
                case ["*"]:
                    starred.append(module)
                case [name] | [name, "as", _] as words:
                    names[words[-1]] = (module, name)
    exported = "".join(_IGNORED.findall(source))
    return Reexports(names, starred, frozenset(re.findall(r'"([^"_]\w*)"', exported)))
