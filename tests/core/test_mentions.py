"""`mentions`: which files a typed message may name."""

from __future__ import annotations

import pytest

from streamchat.core.input_line import VERBATIM, CommandLine, Say, parse_input, typed
from streamchat.core.mentions import QUOTED_AT, find_mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("look at @src/a.py", [("src/a.py",)]),
        ("@a.py, @b.py.", [("a.py,", "a.py"), ("b.py.", "b.py")]),
        ("(see @a.py)", [("a.py)", "a.py")]),
        ('@"my file.txt" and', [("my file.txt",)]),
        ("@'my file.txt'", [("my file.txt",)]),
        (r"@my\ file.txt", [("my file.txt",)]),
        ("@~/x @src/**/*.py", [("~/x",), ("src/**/*.py",)]),
        ("ada@example.org wrote @ noon", []),
        ("a\n@b", [("b",)]),
        ("@...", [("...",)]),
    ],
)
def test_what_may_be_a_file(text: str, names: list[tuple[str, ...]]) -> None:
    assert list(find_mentions(text)) == names


def test_only_a_typed_mention_counts_and_the_text_stays() -> None:
    assert parse_input("see @a") == Say("see @a", (("a",),))
    assert parse_input(f"see {QUOTED_AT}a @b") == Say("see @a @b", (("b",),))
    assert parse_input(f"{VERBATIM}see @a") == Say("see @a")
    assert parse_input(f"/system {QUOTED_AT}a") == CommandLine("system", "@a")


@pytest.mark.parametrize("text", ["see @a", "@a\n@b", "/x @a", "ada@b.org", "plain"])
def test_a_text_that_is_handed_back_names_no_file(text: str) -> None:
    assert parse_input(typed(text)) == Say(text)
