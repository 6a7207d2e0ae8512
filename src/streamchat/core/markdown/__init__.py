"""Markdown in, closed leaf blocks out: incremental CommonMark with GFM tables.

Owns the block structure; inline source stays source. Where the structure could depend on
what comes later, or would hide what was written, the policy is ours:

- Setext headings only under a paragraph of one line, of at most 128 characters: under more, a
  line of dashes is a rule and `===` is text.
- HTML blocks are literal lines of text.
- A list item keeps the number that was written. One equal to the number written before
  it counts on from there. Loose and tight look alike.
- A link reference definition is a leaf where it is; links are not resolved here, and
  no paragraph waits for its definitions.
- `[^label]: text` is a container whose further lines are indented by four.
- `$$ … $$`, `\\[ … \\]` and `\\begin{…} … \\end{…}` that start a line are display math if
  the closer ends a line before the next blank line, fence, heading or container's end. Until
  then they are held as a paragraph, which is what they are without a closer.
- Excess cells of a table's row are kept, joined into its last cell.
- Containers are nested at most 100 deep; what would be deeper is text. No part of the
parser recurses.
- A long paragraph may come in parts while it arrives, which together are the whole.
- A block longer than 8 KB, 512 lines or 2,048 marks comes as several leaves: a paragraph in
pieces, a table in parts, a heading followed by text. A row of a table may not be that long.
"""

from streamchat.core.markdown.stream import Blocks

__all__ = ["Blocks"]
