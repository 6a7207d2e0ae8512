"""What becomes a token when its other end is found, and text when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from streamchat.core.markdown.inline.emphasis import DelimiterRun
from streamchat.core.markdown.inline.tokens import (
    Autolink,
    Code,
    Formula,
    Image,
    LineBreak,
    Note,
    Tag,
    Text,
    Token,
)


class Bracket:
    """`[` or `![`: the start of a link or a picture, or text."""

    __slots__ = ("at", "bracket_after", "image", "run_count", "token")

    def __init__(self, at: int, run_count: int, *, image: bool) -> None:
        self.at = at  # where its text starts in the source
        self.run_count = run_count  # of the runs before it
        self.image = image
        self.bracket_after = False
        self.token: Token | None = Text("![" if image else "[")


class StyleTag:
    """A tag of style that becomes a mark when its other end is found."""

    __slots__ = ("name", "token")

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.token: Token = Tag(source)


Node: TypeAlias = "Token | DelimiterRun | Bracket | StyleTag"


def resolved(nodes: Sequence[Node]) -> list[Token]:
    tokens: list[Token] = []
    for node in nodes:
        if isinstance(node, DelimiterRun):
            tokens += node.tokens()
        elif isinstance(node, Bracket | StyleTag):
            if node.token is not None:
                tokens.append(node.token)
        else:
            tokens.append(node)
    return tokens


def plain_text(tokens: Sequence[Token]) -> str:
    """The text of a picture, without marks."""
    return "".join(map(_text_of, tokens))


def _text_of(token: Token) -> str:
    match token:
        case LineBreak():
            return " "
        case Text(text) | Code(text) | Note(text) | Image(text=text) | Autolink(text=text):
            return text
        case Formula(source) | Tag(source):
            return source
        case _:
            return ""
