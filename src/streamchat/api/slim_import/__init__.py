"""The SDK without the parts that a chat never calls.

`import anthropic` runs 3,150 modules, which takes 1.3 s and 80 MB. Nearly all of them hold
types of products that this program does not use (organizations, agents, clouds), or of
requests, which it writes as plain dicts. `import_sdk` imports the same SDK and lets these
modules run late:

* A package whose `__init__` only collects names (`LazyPackage`). Each name is looked up, when
  somebody asks for it, in the module from which `__init__` takes it.
* A module of which others need only names, for annotations and in functions that a chat does
  not call (`LazyModule`). Each name gets a `LazyName`. The first use of one runs the module in
  place, and puts the real object wherever a lazy name of the module is.

Rule 1: no value is invented: each name gives the SDK's own object, only later.
Rule 2: the SDK's files decide, not its version. An `__init__` that does more than collect is
run; that of the SDK itself must end in known code. No type of a reply may refer to a lazy
name.
Rule 3: after any failure before the first client, everything is unloaded and the whole SDK is
imported. STREAMCHAT_FULL_SDK=1 does so at once. `--show-config` says which import was used,
and why.

Tested with anthropic 2.12.0, 2.13.0 and 2.14.0.
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass

from streamchat.api.slim_import.finder import ROOT, SlimFinder, UnknownLayoutError
from streamchat.api.slim_import.lazy_modules import (
    LazyModule,
    LazyName,
    forget_lazy_names,
    loaded_modules,
    phase,
)

_OURS = "streamchat.api.connection"  # imports all that we use of the SDK

_TYPES = re.compile(r"anthropic\.types\.[\w.]+")
_TYPES_OF_REQUESTS = re.compile(r"anthropic\.types\.[\w.]+_params?")

# What an import may raise. The whole import shows whether the SDK is at fault.
_UNEXPECTED = (
    *(AssertionError, AttributeError, ImportError, LookupError, NameError, OSError),
    *(RuntimeError, SyntaxError, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class SdkImport:
    """How the SDK was imported, and why."""

    is_slim: bool
    why: str
    version: str

    def __str__(self) -> str:
        return f"{'slim' if self.is_slim else 'whole'} (anthropic {self.version}): {self.why}"


@dataclass
class _Process:
    """The state of the import in this process."""

    done: SdkImport | None = None
    before: frozenset[str] = frozenset()  # the modules loaded before it


_process = _Process()
_finder = SlimFinder()


def import_sdk(*, whole: bool = False) -> SdkImport:
    """Import the SDK and the modules of ours that need it, once in a process.

    Not from two threads at once. Raises what the import of the whole SDK raises."""
    if _process.done is None:
        _process.done = _import_whole("STREAMCHAT_FULL_SDK is on") if whole else _import_slim()
    return _process.done


def is_imported() -> bool:
    """Whether `import_sdk` has nothing left to do."""
    return _process.done is not None


def import_whole_instead(why: str) -> bool:
    """Replace a slim SDK, and our modules that refer to it, by the whole one. False if it is
    whole already."""
    if _process.done is None or not _process.done.is_slim:
        return False
    _drop()
    _process.done = _import_whole(why)
    return True


def _import_slim() -> SdkImport:
    if ROOT in sys.modules:
        return _import_whole("something else imported it before")
    _process.before = frozenset(sys.modules)
    sys.meta_path.insert(0, _finder)
    phase.hands_out_lazy_names = True
    try:
        importlib.import_module(_OURS)
        _end_phase()
        sys.modules[ROOT]._setup_logging()  # noqa: SLF001 - as its own __init__ does
    except _UNEXPECTED as fault:
        _drop()
        return _import_whole(f"the slim import failed ({type(fault).__name__}: {fault})")
    why = "what a chat does not use is loaded when something asks for it"
    return SdkImport(is_slim=True, why=why, version=_version())


def _import_whole(why: str) -> SdkImport:
    importlib.import_module(ROOT)
    importlib.import_module(_OURS)
    return SdkImport(is_slim=False, why=why, version=_version())


def _version() -> str:
    return str(getattr(sys.modules[ROOT], "__version__", "of an unknown release"))


def _end_phase() -> None:
    """From now on, every name that is looked up is the real one.

    Raises UnknownLayoutError when a type that may be in a reply refers to a lazy name: the SDK
    would not parse that part of a reply."""
    phase.hands_out_lazy_names = False
    for module in loaded_modules():
        if isinstance(module, LazyModule):
            forget_lazy_names(module)
        elif _is_of_replies(module.__name__):
            for name, value in vars(module).items():
                if isinstance(value, LazyName) and _is_of_replies(value.module.__name__):
                    raise UnknownLayoutError(f"{module.__name__} refers to {name}")


def _is_of_replies(name: str) -> bool:
    return bool(_TYPES.fullmatch(name)) and not _TYPES_OF_REQUESTS.fullmatch(name)


def _drop() -> None:
    phase.hands_out_lazy_names = False
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in sys.modules.keys() - _process.before:
        top = name.partition(".")[0]
        is_ours = name.startswith("streamchat.api.") and not name.startswith(__name__)
        if top in (ROOT, "opentelemetry") or is_ours:
            del sys.modules[name]
