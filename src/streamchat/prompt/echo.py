"""A message that is taller than the window, printed whole once it is sent.

While it is edited, and still when it is sent, prompt_toolkit shows only a window's worth of
it, so the rest would be missing in the scrollback. Must look like what it replaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_width
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.utils import get_cwidth

from streamchat.prompt.pastes import Shown

CONTINUATION = "  "


def is_taller(text: str, shown: Shown, size: Size) -> bool:
    """Whether the message and the row after it need more rows than the window has."""
    rows = 0
    for line in text.split("\n"):
        cells = fragment_list_width(shown.fragments(line))
        rows += max(1, -(-cells // _room(size)))
        if rows >= size.rows:
            return True
    return False


def echo(
    text: str,
    shown: Shown,
    sign: StyleAndTextTuples,
    size: Size,
    styled: Callable[[StyleAndTextTuples], StyleAndTextTuples] = list,
) -> StyleAndTextTuples:
    """The whole message after `sign`, further rows after the continuation sign. `styled`
    styles the text."""
    echoed = list(sign)
    for number, line in enumerate(text.split("\n")):
        for place, row in enumerate(_rows(shown.fragments(line), _room(size))):
            if number or place:
                echoed.append(("", f"\n{CONTINUATION}"))
            echoed += styled(row)
    return echoed


def _room(size: Size) -> int:
    return max(1, size.columns - len(CONTINUATION))


def _rows(line: StyleAndTextTuples, width: int) -> Iterator[StyleAndTextTuples]:
    """The rows of a line, broken wherever a row is full, as in the prompt."""
    row: StyleAndTextTuples = []
    taken = 0
    for fragment in explode_text_fragments(line):
        cells = get_cwidth(fragment[1])
        if row and taken + cells > width:
            yield row
            row, taken = [], 0
        row.append(fragment)
        taken += cells
    yield row
