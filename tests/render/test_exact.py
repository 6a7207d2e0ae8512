"""Whatever is written and however it arrives: after every frame the terminal shows what
settled and the tail, at the end what one print of the whole would have left."""

from __future__ import annotations

import random
import re
from itertools import product
from pathlib import Path

import pytest
from documents import TOUR, random_cuts, random_document
from grammar import documents
from hypothesis import given, settings
from hypothesis import strategies as st
from judge import show, stream
from sheets import bare
from stage import stage

from blocks_constructs import CONSTRUCTS
from shares import share
from streamchat.core.theme import theme_named
from streamchat.render.markdown.markdown_rows import MarkdownRows
from streamchat.render.rows import Row
from streamchat.render.style import Depth, Style

TEXTS = Path(__file__).parents[2] / "src" / "streamchat" / "demo" / "texts"
LOOKS = (
    Style(theme_named("auto"), Depth.COLOURS_16, hyperlinks=True),
    Style(theme_named("dark"), Depth.TRUE_COLOUR, hyperlinks=True),
    Style(theme_named("mono"), Depth.ATTRIBUTES),
)
HEIGHTS = (3, 5, 10, 24, 50)
WIDTHS = (20, 40, 80, 132)


@pytest.mark.parametrize("seed", share(range(6), every=6))
@pytest.mark.parametrize("height", HEIGHTS)
@pytest.mark.parametrize("width", share(WIDTHS, every=2))
def test_joined_constructs_in_any_pieces(width: int, height: int, seed: int) -> None:
    rng = random.Random(width * 1000 + height * 10 + seed)
    for _ in range(2):
        source = "".join(
            rng.choice(CONSTRUCTS) + rng.choice(["", "\n"]) for _ in range(rng.randint(1, 5))
        )
        stream(
            rng.choice([list, lambda text: random_cuts(rng, text)])(source),
            width=width,
            height=height,
            look=rng.choice(LOOKS),
            dropped=rng.choice([0, 0.5]),
            seed=rng.randrange(1 << 30),
        )


@pytest.mark.parametrize("seed", share(range(5), every=5))
def test_random_fragments_by_character_and_in_pieces(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(8):
        source = random_document(rng)
        for pieces, dropped in ((list(source), 0.0), (random_cuts(rng, source), 0.5)):
            stream(
                pieces,
                width=rng.choice(WIDTHS),
                height=rng.choice(HEIGHTS),
                look=rng.choice(LOOKS),
                dropped=dropped,
                seed=rng.randrange(1 << 30),
            )


STREAMED = given(
    documents,
    st.sampled_from(WIDTHS),
    st.sampled_from(HEIGHTS),
    st.integers(1, 9),
    st.integers(),
)


@settings(max_examples=5)
@STREAMED
def test_documents_of_a_grammar(
    source: str, width: int, height: int, size: int, seed: int
) -> None:
    stream_in_pieces(source, width, height, size, seed)


@pytest.mark.slow
@settings(max_examples=100)
@STREAMED
def test_many_documents_of_a_grammar(
    source: str, width: int, height: int, size: int, seed: int
) -> None:
    stream_in_pieces(source, width, height, size, seed)


def stream_in_pieces(source: str, width: int, height: int, size: int, seed: int) -> None:
    pieces = [source[start : start + size] for start in range(0, len(source), size)]
    dropped = (0.0, 0.6)[seed % 2]
    look = LOOKS[seed % 3]
    stream(pieces, width=width, height=height, look=look, dropped=dropped, seed=seed)


@pytest.mark.parametrize(
    ("name", "size"),
    share(
        product(
            ["tour", "unicode", "table", "code", "lists", "math"],
            [(80, 24), (40, 5), (20, 10)],
        ),
        every=4,
    ),
)
def test_the_pages_of_the_demo(name: str, size: tuple[int, int]) -> None:
    source = (TEXTS / f"{name}.md").read_text()
    width, height = size
    pieces = random_cuts(random.Random(name), source)
    stream(pieces, width=width, height=height, look=LOOKS[0], dropped=0.3, seed=1)


@pytest.mark.parametrize("height", share([2, *HEIGHTS], every=2))
@pytest.mark.parametrize("width", share([20, 80], every=2))
def test_a_whole_screen(width: int, height: int) -> None:
    rng = random.Random(height)
    for source in (TOUR, random_document(rng), random_document(rng)):
        show(stage(width, height, TERM="xterm-kitty"), random_cuts(rng, source))


PLAIN_DOCUMENT = """\
# Heading *x*

Some **bold words
over** lines and `code`

- one
  - two
    > quoted

      para
- ```python
  def f(x):
      '''open

      string'''
  ```

| head | two |
|------|:---:|
| cell | `b` |

lazy

```
unclosed
    code
"""


def test_in_every_frame_all_that_came_is_there_once_and_in_order() -> None:
    fold = MarkdownRows(width=132, look=LOOKS[2])
    settled: list[Row] = []
    for end in range(1, len(PLAIN_DOCUMENT) + 1):
        settled += fold.feed(PLAIN_DOCUMENT[end - 1])
        shown = "".join(map(bare, settled + fold.tail(50)))
        source = PLAIN_DOCUMENT[:end]
        assert re.sub(r"[\W_]", "", shown) == re.sub(r"[\W_]", "", source), source
