"""What answers mean by blocks that CommonMark knows only as text: check boxes.

Both the terminal and the exports read them here.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from streamchat.core.markdown.leaves import Item, Leaf, Paragraph

Task: TypeAlias = Literal["☐", "☑", ""]

_task = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


def split_task(leaf: Leaf) -> tuple[Task, str]:
    """The check box that a paragraph begins an item with, and the text behind it."""
    if not isinstance(leaf.block, Paragraph):
        return "", ""
    text = leaf.block.text
    if not leaf.opens or not isinstance(leaf.path[-1], Item):
        return "", text
    box = _task.match(text)
    if box is None:
        return "", text
    return "☐" if box[1] == " " else "☑", text[box.end() :]
