"""What the worst text costs: each shape at 10 KB, 100 KB and 1 MB, and the 20 worst.

    python tests/benchmarks/hostile.py [--pairs] [--lexers] [--to BYTES] [shape]...

A shape is one unit of text repeated, or several alternated; with `--pairs`, every two
delimiters, with `--lexers`, every lexer that a fence can name. For each: the CPU time to show
it at once, to show it live (in pieces of 4 KB, a tail after each) and to export it as HTML;
the exponent of each between the two largest sizes; and the longest single step, in which no
key and no signal is served. No exponent may be above 1.2, no step longer than 200 ms.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pygments.lexers import get_all_lexers

from streamchat.core.theme import theme_named
from streamchat.export.prose import format_html
from streamchat.render.code.fence import COLOURED_MAX
from streamchat.render.code.languages import COMMON
from streamchat.render.markdown.markdown_rows import MarkdownRows, preload_markdown
from streamchat.render.style import Depth, Style

SIZES = (10_000, 100_000, 1_000_000)
WORST = 20
NOISE_S = 0.1  # what takes no longer has no exponent
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
    *("> - ", "> - a\n", "- > ", "1. > a\n\n", "<summary>a\n", "</details>\n", "<b>\n"),
    *("[^a]: ", "[a]: <b> 'c\n", "> [!NOTE]\n> a\n\n", "*a*\n", "`a`\n", "中\n", "a\\\n"),
)
# What opens or closes something inline: with `--pairs`, each with each.
DELIMITERS = (
    *("*", "**", "_", "~~", "`", "``", "$", "$$", "\\", "\\(", "\\)", "\\[", "\\]", "&", ";"),
    *("<", ">", "<a", "</a>", "<b>", "<!--", "-->", "<?", "[", "]", "](", "](a)", "![", "[^"),
    *("(", ")", ":", "http://", "@", "【", "】", "|", "\n", "\n\n", "a", " ", "中", "\u200d"),
)
CODE = (
    *('"', "'", "`", "/*", "//", "#", "{", "(", "<", "<a ", "\\", "$", "$(", "${", "%", "@"),
    *("a", "a ", "a.", "a(", "0", "0x", "1e", "-", ":", ";", ",", "r'", '"""', "f'{", "<<E\n"),
)


NAMED = (
    *(*COMMON, "c", "cpp", "java", "xml", "css", "yaml", "toml", "ruby", "perl", "php", "lua"),
    *("haskell", "latex", "markdown", "diff", "make", "docker", "powershell"),
)
Shape = Callable[[int], str]


def repeated(unit: str) -> Shape:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def alternated(*units: str) -> Shape:
    """Half of one unit, then the others in turn: openers first, closers then."""

    def build(size: int) -> str:
        part = size // len(units)
        return "".join(repeated(unit)(part) for unit in units)

    return build


def behind(first: str, unit: str) -> Shape:
    return lambda size: first + repeated(unit)(size)


def defined_later(size: int) -> str:
    names = [f"a{number}" for number in range(size // 18)]
    labels, definitions = (f"[{name}] " for name in names), (f"[{name}]: b\n" for name in names)
    return f"{''.join(labels)}\n\n{''.join(definitions)}"


def in_cells(unit: str) -> Shape:
    row = f"| {unit * (60 // len(unit))} | b |\n".replace("\n|", "|")
    return behind("| a | b |\n|---|---|\n", row)


def in_fence(language: str, unit: str) -> Shape:
    """Lines as long as are coloured."""
    line = (unit * (COLOURED_MAX // len(unit))).rstrip("\n")
    return behind(f"```{language}\n", f"{line}\n")


def _shapes() -> Iterator[tuple[str, Shape]]:
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
    yield "labels, then their definitions", defined_later
    yield "a label, then others' definitions", behind("[z]\n\n", "[a]: b\n")
    yield "a heading", behind("# ", "*a ")
    yield "a quote in one line", behind("> ", "*a ")
    for language, unit in itertools.product(NAMED, CODE):
        yield f"{language} {unit!r}", in_fence(language, unit)
    yield "one line of code", behind("```python\n", "x = (")
    yield "one line of wide code", behind("```\n", "中")


def _pairs() -> Iterator[tuple[str, Shape]]:
    for first, second in itertools.permutations(DELIMITERS, 2):
        yield f"{first!r} then {second!r}", alternated(first, second)
        yield f"{first!r} and {second!r}", repeated(first + second)
        yield f"{first!r}, a, {second!r}", repeated(f"{first}a{second} ")


def _lexers() -> Iterator[tuple[str, Shape]]:
    languages = (aliases[0] for _, aliases, _, _ in get_all_lexers(plugins=False) if aliases)
    for language, unit in itertools.product(languages, CODE):
        yield f"{language} {unit!r}", in_fence(language, unit)


def at_once(source: str) -> float:
    """Returns the longest step."""
    fold = MarkdownRows(width=80, look=LOOK)
    return max(longest(fold.feeding(source)), longest(fold.closing()))


def live(source: str) -> float:
    fold = MarkdownRows(width=80, look=LOOK)
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


@dataclass(frozen=True)
class Cost:
    """Of one shape in one way, at each size."""

    name: str
    costs_s: list[float]
    step_s: float

    @property
    def exponent(self) -> float:
        *_, small, large = (0.0, *self.costs_s)
        return math.log10(max(large, 0.001) / max(small, 0.001)) if large > NOISE_S else 0.0

    @property
    def is_bad(self) -> bool:
        return self.exponent > MOST_EXPONENT or self.step_s > LONGEST_STEP_S

    def format(self) -> str:
        costs = "".join(f"{cost_s * 1000:9.0f}" for cost_s in self.costs_s)
        mark = "  <-" if self.is_bad else ""
        return f"{self.name:44.44}{costs}{self.exponent:9.2f}{self.step_s * 1000:9.0f}{mark}"


def measure(name: str, work: Callable[[str], float], shape: Shape, most: int) -> Cost:
    costs, step_s = [], 0.0
    for size in SIZES:
        if size <= most:
            source = shape(size)
            began = time.process_time()
            step_s = max(step_s, work(source))
            costs.append(time.process_time() - began)
    return Cost(name, costs, step_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", action="store_true", help="every two delimiters")
    parser.add_argument("--lexers", action="store_true", help="every lexer of pygments")
    parser.add_argument("--to", type=int, default=SIZES[-1], help="the largest size")
    parser.add_argument("shapes", nargs="*", help="parts of the names of shapes")
    asked = parser.parse_args()
    preload_markdown()
    gc.freeze()  # as a chat does once the SDK is loaded
    shapes = dict(_shapes())
    if asked.pairs:
        shapes = dict(_pairs())
    if asked.lexers:
        shapes = dict(_lexers())
    heading = f"{'ms of CPU':44}"
    heading += "".join(f"{f'{size // 1000} KB':>9}" for size in SIZES if size <= asked.to)
    heading += f"{'exponent':>9}{'step':>9}"
    print(heading)
    found = []
    for name, shape in shapes.items():
        if not asked.shapes or any(each in name for each in asked.shapes):
            for way, work in WAYS.items():
                found.append(measure(f"{way}: {name}", work, shape, asked.to))
                print(found[-1].format(), flush=True)
    for title, key in {
        "exponents": lambda cost: cost.exponent,
        "steps": lambda cost: cost.step_s,
        "costs": lambda cost: cost.costs_s[-1],
    }.items():
        print(f"\nThe largest {title}\n{heading}")
        for cost in sorted(found, key=key, reverse=True)[:WORST]:
            print(cost.format())
    print(f"\n{sum(cost.is_bad for cost in found)} of {len(found)} are over a limit")


WAYS = {"at once": at_once, "live": live, "export": exported}

if __name__ == "__main__":
    main()
