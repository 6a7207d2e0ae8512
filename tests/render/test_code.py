"""Code is coloured while it streams as it would be at once, and as pygments would.

Where pygments needs to see further than the lines held back, the colours are those of
the lines it saw: the same in streaming and at once. Known of these: a C function whose
parameters take more than four lines, JavaScript or CSS constructs over many lines inside
HTML, recipes of makefiles (its lexer cannot be resumed).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import ClassVar

import pytest
from code_samples import SAMPLES, filled
from pygments.lexer import Lexer, RegexLexer
from pygments.lexers.python import PythonLexer
from pygments.token import Keyword, Text, _TokenType
from sheets import LOOK, SIXTEEN, bare, marked, rule, sheet, streamed, text_of

from shares import share
from streamchat.core.theme import theme_named
from streamchat.render.code import lexing
from streamchat.render.code.fence import BATCH, LAG
from streamchat.render.code.languages import lexer_for, parse_language, preload_lexers
from streamchat.render.code.lexer_steps import moved
from streamchat.render.code.lexing import MOST_GIVEN_UP, LexedLine, LineLexer
from streamchat.render.markdown.markdown_rows import MarkdownRows, render
from streamchat.render.style import Depth, Style
from streamchat.render.work_counter import WorkCounter

COLOURS = Style(SIXTEEN, Depth.COLOURS_16)
Kinds = list[_TokenType | None]


def lexer_of(language: str) -> Lexer:
    lexer = lexer_for(language)
    assert lexer is not None
    return lexer


def kinds_at_once(lexer: Lexer, text: str) -> Kinds:
    kinds: Kinds = [None] * len(text)
    for start, kind, value in lexer.get_tokens_unprocessed(text):
        kinds[start : start + len(value)] = [kind] * len(value)
    return seen(text, kinds)


def kinds_in_windows(lexer: Lexer, text: str, work: WorkCounter) -> Kinds:
    """As an open fence is lexed: every line once with at most LAG lines behind it."""
    lines = text.removesuffix("\n").split("\n")
    line_lexer = LineLexer(lexer, work)
    mark = line_lexer.start()
    kinds: Kinds = []
    while lines:
        is_last = len(lines) < LAG + BATCH
        window = line_lexer.lex(mark, lines[: LAG + BATCH])
        settled = window if is_last else window[:BATCH]
        for line, lexed in zip(lines, settled, strict=False):
            assert "".join(token.text for token in lexed.tokens) == line
            for kind, value in lexed.tokens:
                kinds += [kind] * len(value)
            kinds.append(None)
        mark = settled[-1].mark
        del lines[: len(settled)]
    return seen(text, kinds)


def seen(text: str, kinds: Kinds) -> Kinds:
    """The colour of a blank does not show."""
    return [
        None if character.isspace() else kind
        for character, kind in zip(text, kinds, strict=True)
    ]


@pytest.mark.parametrize("lines", [3, 30, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.parametrize("language", share(SAMPLES, every=2))
def test_colours_are_those_of_the_whole_block(language: str, lines: int) -> None:
    lexer, work = lexer_of(language), WorkCounter()
    for sample in SAMPLES[language]:
        text = filled(sample, lines)
        work.characters_lexed = 0
        assert kinds_in_windows(lexer, text, work) == kinds_at_once(lexer, text)
        assert work.characters_lexed < 6 * len(text) + 200


def test_lexing_on_does_not_change_a_mark() -> None:
    """The live view goes on from the marks that settling starts from."""
    line_lexer = LineLexer(lexer_of("yaml"), WorkCounter())
    lines = ["a:", "  b:", "    c: 1", "d: 2", "e: |", "  text", "f: 3"]
    marks = [lexed.mark for lexed in line_lexer.lex(line_lexer.start(), lines)]
    before = [deepcopy(vars(mark.state)) for mark in marks]
    assert before[2]["indent_stack"] == [-1, 0, 2]
    for mark in marks:
        line_lexer.lex(mark, ["  g:", "      h: 1", "i: 2"])
    assert [vars(mark.state) for mark in marks] == before


def test_an_open_construct_is_coloured_as_if_it_were_closed() -> None:
    code = "var s = `raw\nstill raw\n"
    assert sheet(f"```go\n{code}", 40, COLOURS)[1:-1] == [
        "{35 var} s = {32 `raw}",
        "{32 still raw}",
    ]


def test_the_first_construct_to_begin_is_the_one_that_is_open() -> None:
    rows = sheet("```bash\ncat <<EOF\nit's text\n# no comment\n", 40, COLOURS)
    assert rows[1:-1] == ["cat {32 <<EOF}", "{32 it's text}", "{32 # no comment}"]


def test_lines_settle_a_few_behind_and_the_live_view_shows_the_rest() -> None:
    fold = MarkdownRows(width=40, look=COLOURS)
    settled = fold.feed("```python\n" + "pass\n" * (LAG + BATCH - 1))
    assert [marked(row) for row in settled] == [rule("python")]
    assert [marked(row) for row in fold.tail(20)] == ["{35 pass}"] * (LAG + BATCH - 1)
    assert [marked(row) for row in fold.feed("pass\nde")] == ["{35 pass}"] * BATCH
    assert [marked(row) for row in fold.tail(3)] == ["{35 pass}", "{35 pass}", "de"]
    assert [marked(row) for row in fold.feed("f x(): 1\n")] == []
    assert marked(fold.tail(1)[0]) == "{35 def} {34 x}(): {31 1}"
    assert len(fold.close()) == LAG + 2


def test_the_live_view_colours_inside_constructs_too() -> None:
    fold = MarkdownRows(width=40, look=COLOURS)
    fold.feed('```python\ndef f():\n    """Doc\n' + "    more\n" * 3 + "    if")
    assert [marked(row) for row in fold.tail(2)] == ["{32;3     more}", "{32;3     if}"]


def test_code_in_no_known_language_settles_at_once() -> None:
    fold = MarkdownRows(width=40, look=COLOURS)
    rows = fold.feed("```nonsense\nif x\ny")
    assert [bare(row) for row in rows][1:] == ["if x"]


def test_a_line_too_long_to_read_is_left_plain() -> None:
    long_line = "x = 'a' + " * 200
    rows = text_of(f"```python\nif 1:\n{long_line}\nif 2:\n```\n", 100, COLOURS)
    assert rows[2] == long_line.rstrip()
    marks = sheet(f"```python\nif 1:\n{long_line}\nif 2:\n```\n", 100, COLOURS)
    assert marks[2] == rows[2]
    assert marks[3] == "{35 if} {31 2}:"


class EndlessLexer(RegexLexer):
    name = "Endless"
    tokens: ClassVar = {"root": [(r"(a|a)*b", Keyword), (r"\w", Keyword), (r"\s", Text)]}


def test_lines_over_which_a_lexer_takes_for_ever_are_plain() -> None:
    work = WorkCounter()
    line_lexer = LineLexer(EndlessLexer(), work)
    start, endless = line_lexer.start(), "a" * 60
    for _ in range(MOST_GIVEN_UP):
        assert line_lexer.lex(start, ["x", endless]) == [LexedLine([], start)] * 2
        given_up = work.lexings_given_up
        (lexed,) = line_lexer.lex(start, ["xy"])
        assert bool(lexed.tokens) is (given_up < MOST_GIVEN_UP)
    characters = work.characters_lexed
    assert line_lexer.lex(start, [endless])[0].tokens == []
    assert work.characters_lexed == characters


def test_what_the_live_view_gives_up_settles_in_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fold = MarkdownRows(width=40, look=COLOURS)
    fold.feed("```python\npass\n")
    with monkeypatch.context() as patch:
        patch.setattr(lexing, "within", lambda _seconds, _work: None)
        assert [marked(row) for row in fold.tail(9)] == ["pass"]
    assert next(map(marked, fold.close())) == "{35 pass}"


def test_tabs_reach_the_lexer_and_stops_are_counted_from_the_start_of_the_line() -> None:
    assert sheet("```go\n\tx\t:= 1\n```\n", 40, COLOURS)[1] == "    x   := {31 1}"


@pytest.mark.parametrize("name", ["dark", "light", "monokai"])
def test_streaming_is_exact_in_pygments_styles(name: str) -> None:
    look = Style(theme_named(name), Depth.TRUE_COLOUR)
    source = "".join(f"```{key}\n{filled(texts[0], 5)}```\n" for key, texts in SAMPLES.items())
    assert streamed(source, 60, look) == render(source, width=60, look=look)


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("Python title=x", "python"),
        ("{.js}", "js"),
        ("{.yml #id}", "yaml"),
        ("py:main.py", "py"),
        ("c#", "csharp"),
        ("C++", "c++"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_language_is_the_first_word(info: str | None, language: str) -> None:
    assert parse_language(info) == language


def test_unknown_languages_and_plain_text_have_no_lexer() -> None:
    assert [lexer_for(name) for name in ("", "text", "nonsense", "../x")] == [None] * 4
    preload_lexers(["nonsense", "json"])


def test_without_escapes_nothing_is_lexed() -> None:
    fold = MarkdownRows(width=40, look=Style(theme_named("auto"), Depth.NOTHING))
    fold.feed("```python\npass\n```\n")
    assert fold.characters_lexed == 0


def test_pygments_is_loaded_by_the_first_coloured_block_and_not_before() -> None:
    program = (
        "import sys\n"
        "from streamchat.render.markdown.markdown_rows import render\n"
        "from streamchat.render.style import Style\n"
        "from streamchat.core.theme import theme_named\n"
        "look = Style(theme_named('auto'))\n"
        "render('# t\\n\\n- x `y`\\n', width=40, look=look)\n"
        "heavy = {'pygments', 'wcwidth', 'rich'}\n"
        "print(heavy & set(sys.modules))\n"
        "render('```json\\n1\\n```\\n', width=40, look=look)\n"
        "print('pygments.lexers.data' in sys.modules, 'importlib.metadata' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\nTrue False\n"


def test_monochrome_code_is_told_apart_by_weight() -> None:
    assert sheet("```python\nif x: pass  # why\n```\n", 40, LOOK)[1] == (
        "{1 if} x: {1 pass}  {2;3 # why}"
    )


def test_a_lexer_whose_tables_are_kept_elsewhere_is_lexed_all_the_same() -> None:
    """As another release of pygments may do."""

    class Hidden(RegexLexer):
        @property
        def _tokens(self) -> object:
            raise AttributeError("_tokens")

        def get_tokens_unprocessed(
            self, text: str, stack: Iterable[str] = ()
        ) -> Iterator[tuple[int, _TokenType, str]]:
            return PythonLexer().get_tokens_unprocessed(text)

    text = "def f(x):\n    return 'a' + str(x)  # b\n" * 20
    assert kinds_in_windows(Hidden(), text, WorkCounter()) == kinds_at_once(PythonLexer(), text)


def test_states_that_nest_without_end_cost_no_more_at_the_end() -> None:
    stack: tuple[str, ...] = ("root",)
    sizes = []
    for _ in range(1000):
        stack = moved(stack, "nested")
        sizes.append(len(stack))
    assert max(sizes) == sizes[-1] == 100
    assert stack[0] == "root"
    for _ in range(1000):
        stack = moved(stack, -1)
    assert stack == ("root",)
