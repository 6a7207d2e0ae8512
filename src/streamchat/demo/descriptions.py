"""Says in Markdown what a request held."""

from __future__ import annotations

from streamchat.core.messages import Block

_MAX_QUOTE_CHARS = 240


def describe(block: Block) -> str:
    match block:
        case {"type": "text", "text": str(text)}:
            words = len(text.split())
            return f"{words} word{'s' * (words != 1)} of text: {quote(text)}"
        case {
            "type": str(kind),
            "source": {"type": "base64", "media_type": media, "data": data},
        }:
            return f"{_article(kind)}, `{media}`, {len(data) * 3 // 4:,} bytes"
        case {"type": str(kind), "source": {"type": "url", "url": url}}:
            return f"{_article(kind)} at `{url}`"
        case {"type": str(kind), "source": {"type": "text", "data": data}}:
            return f"{_article(kind)} of {len(data):,} characters"
        case _:
            return f"a block of type `{block.get('type')}`"


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def quote(text: str) -> str:
    """A code span of one line, so that nothing in it is read as Markdown."""
    line = " ".join(text.split()).replace("`", "ˋ")
    clipped = line if len(line) <= _MAX_QUOTE_CHARS else line[: _MAX_QUOTE_CHARS - 1] + "…"
    return f"`{clipped}`"
