"""Inline Markdown to tokens: CommonMark with GFM's strikethrough and addresses.

Where CommonMark would hide what was written, or misread what was meant, the policy is
ours: see `emphasis` (Chinese, Japanese and Korean; products of numbers), `html` (tags of
style and `<br>`), `formulas`, and these:

- A line break is a line break, hard or soft.
- A Windows path keeps its backslashes: see `windows_paths`.
- `__name__` of one identifier is a name, not bold.
- `[text][label]` whose label nothing has defined so far is `text` and the label beside it.
- `[1]` keeps its brackets even as a link, and `[1][2]` are two citations.
- `[^label]` is a footnote reference whether or not the footnote is there.
- Addresses, mail addresses and citation marks are found in plain text.
- Every destination is a link here. The renderer decides what may be clicked.
"""

from streamchat.core.markdown.inline.parser import parse_inline
from streamchat.core.markdown.inline.tokens import (
    Autolink,
    Close,
    Code,
    Formula,
    Image,
    Kind,
    LineBreak,
    LinkClose,
    LinkOpen,
    Note,
    Open,
    Reference,
    Tag,
    Text,
    Token,
)

__all__ = [
    "Autolink",
    "Close",
    "Code",
    "Formula",
    "Image",
    "Kind",
    "LineBreak",
    "LinkClose",
    "LinkOpen",
    "Note",
    "Open",
    "Reference",
    "Tag",
    "Text",
    "Token",
    "parse_inline",
]
