"""Answers in the manner of real ones: recipes, reviews, proofs, letters, poems, tables, in a
dozen languages. However they arrive, they end as one print shows them; `screens` holds what
somebody has read and found good, and a page has the same words."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from documents import random_cuts
from judge import stream
from sheets import text_of

from shares import share
from streamchat.core.theme import theme_named
from streamchat.export.prose import format_html
from streamchat.render.cells import cell_len
from streamchat.render.style import Depth, Style

DATA = Path(__file__).parents[1] / "data" / "answers"
ANSWERS = {path.stem: path.read_text("utf-8") for path in sorted(DATA.glob("*.md"))}
SHORT = (DATA / "short.txt").read_text("utf-8").split("\n=====\n")
ALL = ANSWERS | {f"short {number}": source for number, source in enumerate(SHORT)}
SCREENS = sorted((DATA / "screens").glob("*.txt"))
LOOK = Style(theme_named("dark"), Depth.COLOURS_256, hyperlinks=True)
MARKUP = re.compile(r"\*\*(?!kwargs)|\ufffd|&nbsp;|\$\\|^\|")
WITHIN_WORDS = frozenset("a b strong em s u kbd mark code span wbr".split())
WIDE = Style(theme_named("dark"), Depth.COLOURS_256, hyperlinks=True, prose_width=10_000)


def test_there_are_sixty() -> None:
    assert len(ALL) >= 60
    assert len(ANSWERS) >= 24


@pytest.mark.parametrize(
    ("name", "width", "height"),
    share(((name, *size) for name in ALL for size in ((80, 24), (50, 15), (24, 10))), every=11),
)
def test_however_it_arrives_it_ends_as_one_print_shows_it(
    name: str, width: int, height: int
) -> None:
    source = ALL[name]
    pieces = random_cuts(random.Random(source), source)
    stream(pieces, width=width, height=height, look=LOOK, dropped=0.6)


@pytest.mark.parametrize("path", SCREENS, ids=[path.stem for path in SCREENS])
def test_what_was_read_and_found_good_stays(path: Path) -> None:
    name, _, width = path.stem.rpartition("-")
    assert text_of(ANSWERS[name], int(width), LOOK) == path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("width", [80, 50, 24])
def test_no_prose_is_wider_than_the_window_and_no_markup_is_left(width: int) -> None:
    for name, source in ALL.items():
        rows = prose_of(text_of(source, width, LOOK))
        assert [row for row in rows if cell_len(row) > width and "://" not in row] == [], name
        assert not [row for row in rows if MARKUP.search(row)], name


def prose_of(rows: list[str]) -> list[str]:
    """The rows that are not code at the left edge, which the terminal wraps."""
    kept: list[str] = []
    is_code = False
    for row in rows:
        if re.fullmatch(r"──(?: .* )?─{5,}", row) and cell_len(row) <= 40:
            is_code = not is_code
        elif not is_code:
            kept.append(row)
    return kept


class _Words(HTMLParser):
    """The text of a page, blocks apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in (
            "a",
            "b",
            "strong",
            "em",
            "s",
            "u",
            "kbd",
            "mark",
            "code",
            "span",
            "wbr",
        ):
            self.parts.append(f" {dict(attrs).get('value') or ''} ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def words(text: str) -> list[str]:
    """Without rules, bullets and bars, and without what a page has in its attributes: where a
    link leads, its title, the label it was found by."""
    text = re.sub(r' \((?:https?://\S+ ?)?(?:"[^"]*")?\)', "", text.replace("\xad", ""))
    text = re.sub(r"(?<=\w)\[[a-z]+\]", "", text)
    found = (re.sub(r"^(\d+)[.)]$", r"\1", word) for word in text.split())
    return [word for word in found if not re.fullmatch(r"[─│┼▌•◦▪]+", word)]


def test_a_page_has_the_words_of_the_terminal() -> None:
    for name, source in ALL.items():
        shown = words(" ".join(text_of(source, 10_000, WIDE)))
        assert words("".join(_Words(format_html(source)).parts)) == shown, name
