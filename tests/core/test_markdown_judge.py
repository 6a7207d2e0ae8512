"""The block structure equals markdown-it-py's, less the policies stated in the package."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks_constructs import CONSTRUCTS
from blocks_judge import has_long_setext_heading, judge, parse, plain
from shares import share

# markdown-it takes a line for a start by its indentation in the item that it has left; in
# the spec, with four columns or more, it continues the paragraph.
_indented_start = re.compile(r"^(?: {4}|\t)\s*(?:[->#|*`~]|\d+[.)])", re.MULTILINE)
JOINABLE = [source for source in CONSTRUCTS if not _indented_start.search(source)]
JUDGED = [source for source in CONSTRUCTS if not has_long_setext_heading(source)]


def test_each_construct_has_the_structure_of_the_judge() -> None:
    for source in JUDGED:
        assert plain(parse(source)) == plain(judge(source)), source


@pytest.mark.parametrize("seed", share(range(50), every=10))
def test_constructs_joined_at_random_have_the_structure_of_the_judge(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(100):
        chosen = rng.sample(JOINABLE, rng.randint(2, 5))
        source = "".join(construct + rng.choice(["", "\n"]) for construct in chosen)
        if not has_long_setext_heading(source):
            assert plain(parse(source)) == plain(judge(source)), source


WORDS = [
    "word",
    "two words",
    "*em*",
    "`code`",
    "中文",
    "é🎉",
    "end\\",
    "end  ",
    "1) x",
    "a\tb",
    "|",
]
words = st.sampled_from(WORDS)
text = st.lists(words, min_size=1, max_size=3).map("\n".join)
leaf = st.one_of(
    text,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "######"]), words),
    st.sampled_from(["---", "***", "_ _ _"]),
    st.builds("```{}\n{}\n\n  {}\n```".format, st.sampled_from(["", "py", "c x"]), words, text),
    st.builds("~~~\n{}".format, text),  # closed by its container's end
    st.builds("    {}\n\n     more".format, words),
    st.builds("| a | b |\n|---|:-:|\n| {} | 2 |".format, words),
    st.sampled_from(["<div>\n*a*\n</div>", "<!-- a\n\nb -->", "<b>\ntext", "<pre>\n\n</pre>"]),
    st.sampled_from(["[a]: /url", "[a]:\n  /url\n  'a\n  title'", "[a] [b"]),
)


def _prefixed(first: str, further: str, content: str) -> str:
    lines = content.split("\n")
    return "\n".join([first + lines[0], *[(further + line).rstrip(" ") for line in lines[1:]]])


def _quote(content: str) -> str:
    return _prefixed("> ", "> ", content)


def _item(marker: str, content: str) -> str:
    return _prefixed(marker, " " * len(marker), content)


def _containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    content = st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda blocks: st.sampled_from(["\n", "\n\n"]).map(lambda gap: gap.join(blocks))
    )
    markers = st.sampled_from(["- ", "* ", "1. ", "2. ", "10) ", "-   ", ">"])
    return st.one_of(
        content.map(_quote),
        st.builds(_item, markers, content),
        st.builds(lambda block, line: f"{block}\n{line}", content.map(_quote), words),  # lazy
    )


# Only outside containers: in them markdown-it miscounts tabs, or leaves a part of one whole,
# and a lazy title that is none ends the container.
outside = st.sampled_from(
    ["\tcode\n\n\t\tmore", "-\ta\n\n\tb\n\n\t- c", "[a]: /url\n'no", "[a]: /url\n'no' title"]
)
blocks = st.recursive(leaf, _containers, max_leaves=8)
documents = st.lists(blocks | outside, min_size=1, max_size=4).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n"]).map(lambda gap: gap.join(parts) + "\n")
)


@settings(max_examples=60)
@given(documents)
def test_grown_documents_have_the_structure_of_the_judge(source: str) -> None:
    assert_as_judged(source)


@pytest.mark.slow
@settings(max_examples=2000)
@given(documents)
def test_many_grown_documents_have_the_structure_of_the_judge(source: str) -> None:
    assert_as_judged(source)


def assert_as_judged(source: str) -> None:
    if not (_indented_start.search(source) or has_long_setext_heading(source)):
        assert plain(parse(source)) == plain(judge(source))
