"""A hypothesis grammar of Markdown as models write it, and as they had better not."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = (
    *("the", "rows", "of", "an", "answer", "a-much-longer-word-than-the-window-is", "x\ty"),
    *("好的", "日本語の文章", "한국어", "naïve", "e\u0301\u0323", "👩\u200d👩\u200d👧", "🇩🇪"),
    *("👍🏽", "☺️", "עברית", "السلام", "नमस्ते", "List<int>", "</kbd>", "<thinking>", "&amp;"),
    *("[r]", "[nope]", "[l](http://x.org)", "![alt](i.png)", "https://a.b/c", "a_b_c", "[^1]"),
    *("`code`", "`` a`b ``", "~~gone~~", "*", "**", "`", "[", "](", "\\", "<br>", "|"),
    *("$x_1$", "\\(a\\)", "$5"),
)
CODE_LINES = (
    *("x = f(1)", "/* open", "close */", "'''doc", "", "    deep", "\ttab", "``", "中文"),
    *("<a>", "- a", "+ b"),
)
SHORT_BLOCKS = (
    *("***", "---", "===", "<div>", "</div>", "<!-- a", "-->", "    code", "$$\nx^2\n$$"),
    *("[r]: /url 'T'", "[r]:\n/url", "[nope]: <x>\n'late", "[^1]: note", "\\[\na\n\\]"),
)
_pieces = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
_breaks = st.sampled_from(["\n", "  \n", "\\\n", " "])


@st.composite
def _marked(draw: st.DrawFn) -> str:
    """Emphasis, also across lines."""
    mark = draw(st.sampled_from(["*", "**", "_", "__", "***", "~~", "`"]))
    return f"{mark}{draw(_pieces)}{draw(_breaks)}{draw(_pieces)}{mark}"


_text = st.lists(_pieces | _marked(), min_size=1, max_size=3).map(" ".join)
_line = _pieces.map(lambda text: text.replace("\n", " "))


@st.composite
def _fence(draw: st.DrawFn) -> str:
    language = draw(st.sampled_from(["", "python", "rust", "c", "html", "diff", "nothing"]))
    fence = draw(st.sampled_from(["```", "~~~", "````"]))
    lines = draw(st.lists(st.sampled_from(CODE_LINES), max_size=14))
    end = draw(st.sampled_from([fence, fence + "`", ""]))
    return "\n".join([f"{fence}{language}", *lines, end])


@st.composite
def _table(draw: st.DrawFn) -> str:
    count = draw(st.integers(1, 4))
    edge = draw(st.sampled_from(["| ", ""])) if count > 1 else "| "
    cells = st.lists(_line, min_size=1, max_size=count + 1)
    row = cells.map(lambda cells: edge + " | ".join(cells))
    rules = st.lists(st.sampled_from(["---", ":-:", "--:"]), min_size=count, max_size=count)
    rule = edge + " | ".join(draw(rules))
    header = edge + " | ".join(draw(_line) for _ in range(count))
    return "\n".join([header, rule, *draw(st.lists(row, max_size=5))])


_leaf = st.one_of(
    _text,
    _fence(),
    _table(),
    st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), _line),
    st.sampled_from(SHORT_BLOCKS),
)


def _inside(first: str, rest: str, text: str) -> str:
    head, *tail = text.split("\n")
    return "\n".join([first + head, *((rest + line).rstrip(" ") for line in tail)])


@st.composite
def _container(draw: st.DrawFn, children: st.SearchStrategy[str]) -> str:
    text = draw(children)
    first, rest = draw(
        st.sampled_from(
            [
                ("- ", "  "),
                ("* ", "  "),
                ("1. ", "   "),
                ("10) ", "    "),
                ("- [x] ", "  "),
                ("> ", "> "),
                ("> ", ""),  # lazy
                ("[^1]: ", "    "),
                ("-\t", "\t"),
            ]
        )
    )
    return _inside(first, rest, text)


def _joined(blocks: list[tuple[str, str]]) -> str:
    return "".join(block + gap for block, gap in blocks)


def _several(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    gaps = st.sampled_from(["\n\n", "\n", "\n\n\n"])
    return st.lists(st.tuples(children, gaps), min_size=1, max_size=4).map(_joined)


_blocks = st.recursive(_leaf, lambda inner: _container(_several(inner)), max_leaves=8)
documents = _several(_blocks)
