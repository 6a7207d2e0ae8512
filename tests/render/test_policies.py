"""The page of policies, MARKDOWN.md, is true: every example is shown as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sheets import text_of

from streamchat.core.markdown.inline import Code, parse_inline
from streamchat.core.markdown.table import cells
from streamchat.core.theme import theme_named
from streamchat.render.style import Depth, Style

PAGE = Path(__file__).parents[2] / ".github" / "MARKDOWN.md"
LOOK = Style(theme_named("dark"), Depth.COLOURS_256, hyperlinks=True)
COLUMNS = 40


def examples() -> list[tuple[str, str, str]]:
    """What holds, what was written and what is shown."""
    lines = PAGE.read_text("utf-8").split("\n")
    rows = [cells(line) for line in lines if line.startswith("|")]
    return [(holds, code_in(written), code_in(shown)) for holds, written, shown in rows[2:]]


def code_in(cell: str) -> str:
    [text] = [token.text for token in parse_inline(cell, {}).tokens if isinstance(token, Code)]
    return re.sub("‹([0-9a-f]{4})›", lambda match: chr(int(match[1], 16)), text)


EXAMPLES = examples()


def test_there_is_a_page_of_them() -> None:
    assert len(EXAMPLES) >= 30


@pytest.mark.parametrize(
    ("holds", "written", "shown"), EXAMPLES, ids=[holds for holds, *_ in EXAMPLES]
)
def test_an_example_is_shown_as_the_page_says(holds: str, written: str, shown: str) -> None:
    rows = text_of(written.replace("⏎", "\n"), COLUMNS, LOOK)
    assert "⏎".join(row.rstrip(" ") for row in rows) == shown, holds
