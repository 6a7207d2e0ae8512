"""Inline HTML: tags with a meaning in the terminal, and all others.

`<br>` breaks the line. A pair of style tags becomes a mark. A comment, another tag or a style
tag without its partner is shown literally. A tag never hides text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from streamchat.core.markdown.inline.tokens import Kind

_ATTRIBUTE = (
    r"\s++[A-Za-z_:][\w:.-]*+(?:\s*+=\s*+(?:[^\"'=<>`\x00-\x20]++|'[^']*+'|\"[^\"]*+\"))?+"
)
_tag = re.compile(
    rf"<[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+\s*+/?>|</[A-Za-z][A-Za-z0-9-]*+\s*+>", re.ASCII
)
_name = re.compile(r"(</?)([A-Za-z][A-Za-z0-9-]*)")
_short_comment = re.compile(r"<!---?>")
_declaration = re.compile(r"<![A-Za-z]")
_ENDS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))

BREAKS = frozenset({"br"})
STYLES: Mapping[str, Kind] = {
    "b": "strong",
    "strong": "strong",
    "i": "emphasis",
    "em": "emphasis",
    "u": "underline",
    "ins": "underline",
    "s": "strike",
    "del": "strike",
    "strike": "strike",
    "mark": "mark",
    "kbd": "key",
    "code": "code",
    "samp": "code",
    "tt": "code",
    "sub": "sub",
    "sup": "sup",
}


class HtmlReader:
    """Reads HTML in one source; remembers where each terminator occurs last."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._last: dict[str, int] = {}

    def end(self, start: int) -> int:
        """Where the tag, comment or the like at `start` ends; `start` when there is none."""
        source = self._source
        if source[start + 1 : start + 2] not in ("!", "?"):
            match = _tag.match(source, start)
            return match.end() if match else start
        if match := _short_comment.match(source, start):
            return match.end()
        for opener, closer in _ENDS:
            if source.startswith(opener, start):
                return self._end(closer, start, start + len(opener))
        return self._end(">", start, start) if _declaration.match(source, start) else start

    def _end(self, closer: str, start: int, at: int) -> int:
        """A search from every opener to the text's end would be quadratic."""
        last = self._last.get(closer)
        if last is None:
            last = self._last[closer] = self._source.rfind(closer)
        return self._source.index(closer, at) + len(closer) if last >= at else start


def tag_name(tag: str) -> tuple[str, bool]:
    """The tag's name in small letters, and whether it is an end tag; ("", False) of others."""
    match = _name.match(tag)
    return (match[2].lower(), match[1] == "</") if match else ("", False)
