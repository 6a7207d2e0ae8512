"""Modules that run when something of them is needed, and what stands for their names."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Union, get_args

import pydantic
import pytest

from streamchat.api.slim_import.finder import _parse_reexports
from streamchat.api.slim_import.lazy_modules import (
    LazyLoader,
    LazyModule,
    LazyName,
    LazyPackage,
    Reexports,
    forget_lazy_names,
    phase,
)

SHAPES = """
import sys
sys.runs.append(__name__)
from pydantic import BaseModel
class Shape(BaseModel):
    sides: int
    @classmethod
    def square(cls): return cls(sides=4)
NAMES = {"three": "triangle"}
def draw(shape): return "#" * shape.sides
"""
USERS = """
from late.shapes import Shape, draw, NAMES
def square() -> Shape: return Shape.square()
"""
BROKEN = "raise ImportError('no such library')"
INIT = """
from . import shapes
from .shapes import Shape as Figure, draw
from .more import *
"""
MORE = "from ..users import square"
ALIKE = "from .alike import alike"


class Finder:
    """Lets the modules of `kinds` run late."""

    def __init__(self, kinds: dict[str, type[ModuleType]]) -> None:
        self.kinds = kinds

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: object = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in self.kinds else None
        if spec is not None:
            source = Path(str(spec.origin)).read_text(encoding="utf-8")
            reexports = (
                _parse_reexports(source) if self.kinds[name] is LazyPackage else Reexports()
            )
            spec.loader = LazyLoader(spec.loader, self.kinds[name], reexports)
        return spec


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The package `late` can be imported; the names of its modules that ran, in order."""
    package = tmp_path / "late"
    for name, text in {
        "__init__": INIT,
        "shapes": SHAPES,
        "users": USERS,
        "broken": BROKEN,
        "more/__init__": MORE,
        "same/__init__": ALIKE,
        "same/alike": "def alike(): return 'the function'",
    }.items():
        file = package / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    ran: list[str] = []
    finder = Finder(
        {
            "late": LazyPackage,
            "late.more": LazyPackage,
            "late.same": LazyPackage,
            "late.shapes": LazyModule,
            "late.broken": LazyModule,
        }
    )
    monkeypatch.setattr(sys, "runs", ran, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    yield ran
    for name in [name for name in sys.modules if name.partition(".")[0] == "late"]:
        del sys.modules[name]


def import_with_lazy_names(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, which found lazy names where it took names of a late one."""
    with monkeypatch.context() as patch:
        patch.setattr(phase, "hands_out_lazy_names", True)
        module = importlib.import_module(name)
    forget_lazy_names(sys.modules["late.shapes"])
    return module


TOUCHES: dict[str, tuple[Callable[[Any], object], object]] = {
    "a call": (lambda users: users.Shape(sides=3).sides, 3),
    "an attribute": (lambda users: users.Shape.square().sides, 4),
    "a function of its own": (lambda users: users.square().sides, 4),
    "an item": (lambda users: users.NAMES["three"], "triangle"),
    "isinstance": (lambda users: isinstance(1, users.Shape), False),
    "issubclass": (lambda users: issubclass(int, users.Shape), False),
    "a base class": (lambda users: type_of(users.Shape)(sides=5).sides, 5),
    "a validation": (
        lambda users: pydantic.TypeAdapter(users.Shape).validate_python({"sides": 6}).sides,
        6,
    ),
}


def type_of(base: Any) -> Any:
    class Derived(base):  # type: ignore[misc]
        pass

    return Derived


@pytest.mark.parametrize(("touch", "gives"), TOUCHES.values(), ids=TOUCHES)
def test_a_touch_runs_the_module_in_place_once(
    runs: list[str],
    monkeypatch: pytest.MonkeyPatch,
    touch: Callable[[Any], object],
    gives: object,
) -> None:
    users = import_with_lazy_names("late.users", monkeypatch)
    shapes = sys.modules["late.shapes"]
    assert runs == []
    assert touch(users) == gives
    assert touch(users) == gives
    assert runs == ["late.shapes"]
    assert sys.modules["late.shapes"] is shapes
    assert type(shapes) is ModuleType
    assert users.Shape is vars(shapes)["Shape"]
    assert users.draw is vars(shapes)["draw"]


def test_to_be_named_is_no_touch(runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    users = import_with_lazy_names("late.users", monkeypatch)
    assert get_args(users.Shape | None) == (users.Shape, type(None))
    assert get_args(Union[int, users.Shape]) == (int, users.Shape)  # noqa: UP007
    assert not hasattr(users.Shape, "__origin__")
    assert isinstance(vars(users)["Shape"], LazyName)
    assert runs == []


def test_who_comes_later_gets_the_real_one(
    runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import_with_lazy_names("late.users", monkeypatch)
    later: dict[str, Any] = {}
    exec("from late.shapes import Shape", later)
    assert isinstance(later["Shape"], type)
    assert runs == ["late.shapes"]


def test_a_module_that_cannot_run_says_so_each_time(runs: list[str]) -> None:
    broken = importlib.import_module("late.broken")
    for _ in range(2):
        with pytest.raises(ImportError, match="no such library"):
            broken.anything  # noqa: B018


def test_threads_that_touch_it_together_run_it_once(
    runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    users = import_with_lazy_names("late.users", monkeypatch)
    start = threading.Barrier(8)
    drawn: list[str] = []

    def draw() -> None:
        start.wait()
        drawn.append(users.draw(users.Shape(sides=2)))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == ["##"] * 8
    assert runs == ["late.shapes"]


def test_a_collection_takes_each_name_from_where_it_is(runs: list[str]) -> None:
    late: Any = importlib.import_module("late")
    assert late.shapes is sys.modules["late.shapes"]
    assert runs == []
    assert late.draw is late.shapes.draw
    assert late.Figure is late.shapes.Shape
    assert late.users is sys.modules["late.users"]  # a module that it does not name
    assert late.square is late.users.square  # by `from .more import *`
    assert runs == ["late.shapes"]


def test_a_module_does_not_hide_what_a_collection_calls_by_its_name(runs: list[str]) -> None:
    same: Any = importlib.import_module("late.same")
    importlib.import_module("late.same.alike")
    assert same.alike() == "the function"
    assert sys.modules["late.same.alike"].alike is same.alike


def test_a_collection_gives_all_that_it_collects_to_a_star(runs: list[str]) -> None:
    taken: dict[str, object] = {}
    exec("from late import *", taken)
    assert taken.keys() - {"__builtins__"} == {"shapes", "Figure", "draw"}


def test_a_collection_runs_for_a_name_that_it_does_not_collect(runs: list[str]) -> None:
    late = importlib.import_module("late")
    assert not hasattr(late, "_private")
    assert type(late) is LazyPackage
    assert not hasattr(late, "unknown")
    assert type(late) is ModuleType
    assert vars(late)["draw"] is vars(late)["shapes"].draw


def test_the_names_of_a_collection_are_read_as_written() -> None:
    source = (
        "from .a import b as b, c as d\n"
        "from ..e import (\n    f,\n    g as h,\n)\n"
        "from .i import *\n"
        "from . import j\n"
        '__all__ = [\n    "b",\n    "__hidden__",\n]\n'
    )
    assert _parse_reexports(source) == Reexports(
        names={
            "b": (".a", "b"),
            "d": (".a", "c"),
            "f": ("..e", "f"),
            "h": ("..e", "g"),
            "j": (".", "j"),
        },
        starred=[".i"],
        exported=frozenset({"b"}),
    )
