"""What the worst text costs: each shape at 10 KB, 100 KB and 1 MB.

    python tests/benchmarks/hostile.py [shape]...

A shape is one unit of text repeated, or several alternated. For each: the CPU time to show it
at once, to show it live (in pieces of 4 KB, a tail after each) and to export it as HTML; the
exponent of each between 100 KB and 1 MB; and the longest single step, in which no key and no
signal is served. No exponent may be above 1.2, no step longer than 200 ms.
"""

from __future__ import annotations

import itertools
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from streamchat.core.theme import theme_named
from streamchat.export.prose import format_html
from streamchat.render.code.languages import COMMON
from streamchat.render.markdown.fold import Fold, preload_markdown
from streamchat.render.style import Depth, Style

SIZES = (10_000, 100_000, 1_000_000)
PIECE = 4_096
LOOK = Style(theme_named("auto"), Depth.COLOURS_16, hyperlinks=True)
MOST_EXPONENT, LONGEST_STEP_S = 1.2, 0.2

# Each delimiter alone, before and behind a letter, and open with what it opens.
INLINE = (
    *("*", "**", "_", "__", "~~", "`", "``", "$", "$$", "\\", "&", "<", ">", "!", ":", "|"),
    *("[", "]", "(", ")", "![", "](", "[]", "[](", "[^", "[^a]", "[a]", "[a][", "[a][b]"),
    *("[a](", "[a](b", "[a](b ", "[a](<", "[a](b 'c", '[a](b "c', "[a](b (c", "[a](b)"),
    *("*a", "a*", "*a ", "**a", "a**b", "*a_b", "**a*b**", "_a", "~~a", "__a__", "*[a]"),
    *("`a", "``a`", "[`a`", "[*a", "[a*](b", "![a](", "![](a", "<a", "<a ", "<a b", "<a b='"),
    *('<a b="', "<a>", "</a", "<b>", "</b>", "<br>", "<sub>a", "<!--", "<!-- a", "<?", "<!A"),
    *("<![CDATA[", "<http://a", "<http://a>", "<a@b", "<a@b.c>", "&amp;", "&amp", "&#1", "&#x"),
    *("\\(", "\\(a", "\\(a\\)", "\\[", "\\[a", "$a", "$a$", "$\\a", "$$a", "\\begin{a}"),
    *("http://a.b/)", "http://a.b/(", "http://a ", "www.a.b ", "a@b.c ", "a.b@", "a@", "@"),
    *("【", "【4†a】", "{", "}", "^", "$x^{", "\\frac{", "\\sqrt", "a", "a ", "中", "e\u0301"),
    *("\u0301", "\u200b", "\u00ad", "\u200d", "👩\u200d", "👍🏽", "🇩🇪", "ש", "\x1b", "\u202e"),
)
BLOCKS = (
    *(
        "\n",
        "a\n",
        "a\n\n",
        "a  \n",
        "> ",
        "> \n",
        ">a\n",
        "- ",
        "- a\n",
        "* ",
        "1. ",
        "1. a\n",
    ),
    *("# ", "# a\n", "#", "---\n", "- - ", "===\na\n", "a\n===\n", "```\n", "```", "~~~\n"),
    *("    a\n", "\t", "\ta\n", "  ", "$$\n", "$$\na\n", "\\[\n", "<a>\n", "<p>\n\n", "<!--\n"),
    *("| a | b |\n", "|", "|-", "|-|\n", "|a|\n|-|\n", "a|b\n-|-\n", "[a]: b\n", "[a]:\n"),
    *("[a\n", "[a]: b\n'", "[^a]: b\n", "[^a]:\n", "[a]\n\n", "> [!NOTE]\n", "<details>\n"),
    *("- [ ] a\n", "a\n: b\n", "\\begin{a}\n", "a  b\n", "\r", "\r\n"),
)
CODE = (
    *('"', "'", "`", "/*", "//", "#", "{", "(", "<", "<a ", "\\", "$", "$(", "${", "%", "@"),
    *("a", "a ", "a.", "a(", "0", "0x", "1e", "-", ":", ";", ",", "r'", '"""', "f'{", "<<E\n"),
)


def repeated(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def alternated(*units: str) -> Callable[[int], str]:
    """Half of one unit, then the others in turn: openers first, closers then."""

    def build(size: int) -> str:
        part = size // len(units)
        return "".join(repeated(unit)(part) for unit in units)

    return build


def behind(first: str, unit: str) -> Callable[[int], str]:
    return lambda size: first + repeated(unit)(size)


def in_cells(unit: str) -> Callable[[int], str]:
    row = f"| {unit * (60 // len(unit))} | b |\n".replace("\n|", "|")
    return behind("| a | b |\n|---|---|\n", row)


def _shapes() -> Iterator[tuple[str, Callable[[int], str]]]:
    for unit in dict.fromkeys((*INLINE, *BLOCKS)):
        yield repr(unit), repeated(unit)
    for first, second in (
        *itertools.pairwise(
            ("[", "](a)", "[a]", "![", "*", "`", "<", "$", "(", ")", "&", "http:")
        ),
        *(
            ("*", "a*"),
            ("**a ", "b**"),
            ("<b>", "</b>"),
            ("[", "]"),
            ("\\(", "\\)"),
            ("<!--", "-->"),
        ),
        *(
            ("<sub>", "</sub>"),
            ("$", "$ "),
            ("`", "a``"),
            ("_(", ")_"),
            ("> ", "a\n"),
            ("- ", "\n"),
        ),
    ):
        yield f"{first!r} then {second!r}", alternated(first, second)
        yield f"{first!r} and {second!r}", repeated(first + second)
    for unit in ("*a", "[", "`", "$a", "<a", "http://a.b/)", "中", "a ", "<br>", "\\|"):
        yield f"a table of {unit!r}", in_cells(unit)
    yield "a cell of one line", behind("| a |\n|---|\n| ", "*a ")
    yield "a heading", behind("# ", "*a ")
    yield "a quote in one line", behind("> ", "*a ")
    for language, unit in itertools.product((*COMMON, "c", "cpp", "yaml", "ruby"), CODE):
        yield (
            f"{language} {unit!r}",
            behind(f"```{language}\n", unit * (70 // len(unit)) + "\n"),
        )
    yield "one line of code", behind("```python\n", "x = (")
    yield "one line of wide code", behind("```\n", "中")


SHAPES: Mapping[str, Callable[[int], str]] = dict(_shapes())


def at_once(source: str) -> float:
    """Returns the longest step."""
    fold = Fold(width=80, look=LOOK)
    return max(longest(fold.feeding(source)), longest(fold.closing()))


def live(source: str) -> float:
    fold = Fold(width=80, look=LOOK)
    most = 0.0
    for start in range(0, len(source), PIECE):
        most = max(most, longest(fold.feeding(source[start : start + PIECE])))
        began = time.process_time()
        fold.tail(22)
        most = max(most, time.process_time() - began)
    return max(most, longest(fold.closing()))


def longest(steps: Iterator[object]) -> float:
    most, began = 0.0, time.process_time()
    for _ in steps:
        now = time.process_time()
        most, began = max(most, now - began), now
    return max(most, time.process_time() - began)


def exported(source: str) -> float:
    format_html(source)
    return 0.0


def measure(work: Callable[[str], float], source: str) -> tuple[float, float]:
    began = time.process_time()
    longest_s = work(source)
    return time.process_time() - began, longest_s


def main(wanted: list[str]) -> None:
    preload_markdown()
    works = {"at once": at_once, "live": live, "exported": exported}
    print(f"{'':26}", *(f"{name + ' (ms)':>31}" for name in works), f"{'step':>7}", sep="")
    bad = 0
    for name, shape in SHAPES.items():
        if wanted and not any(each in name for each in wanted):
            continue
        cells, most = [], 0.0
        is_bad = False
        for work in works.values():
            costs = []
            for size in SIZES:
                cost_s, step_s = measure(work, shape(size))
                costs.append(cost_s)
                most = max(most, step_s)
            exponent = math.log10(max(costs[2], 0.001) / max(costs[1], 0.001))
            # What takes some milliseconds is noise.
            is_bad = is_bad or (exponent > MOST_EXPONENT and costs[2] > 0.1)
            cells.append(
                "".join(f"{cost_s * 1000:8.0f}" for cost_s in costs) + f"{exponent:6.2f}"
            )
        is_bad = is_bad or most > LONGEST_STEP_S
        bad += is_bad
        mark = "  <-" if is_bad else ""
        print(f"{name[:26]:26}", *cells, f"{most * 1000:6.0f}{mark}", flush=True)
    print(f"{bad} shapes are over a limit")


if __name__ == "__main__":
    main(sys.argv[1:])
