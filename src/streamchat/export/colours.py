"""Source code to HTML with the few classes that `page` has colours for."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
)
from pygments.util import ClassNotFound

from streamchat.core.sanitize import marked_hints
from streamchat.posix.cpu_limit import within

if TYPE_CHECKING:
    from pygments.token import _TokenType

# A lexer reads a block in one piece and may take quadratic time or never end. These
# limits bound that, so that the work grows linearly with the conversation.
LONGEST = 8_000  # characters of a block that is coloured
MOST_IN_ANSWER = 40_000  # characters that are coloured in one answer
_LIMIT_S = 0.3
_MOST_GIVEN_UP = 3  # blocks of an answer that take longer
_CLASSES = (
    (Comment.Preproc, "kw"),
    (Comment, "com"),
    (Keyword, "kw"),
    (Operator.Word, "kw"),
    (Name.Function, "fn"),
    (Name.Class, "fn"),
    (Name.Decorator, "fn"),
    (Name.Tag, "kw"),
    (Name.Attribute, "fn"),
    (Name.Builtin, "bi"),
    (Name.Exception, "bi"),
    (Name.Constant, "num"),
    (String, "str"),
    (Number, "num"),
    (Generic.Deleted, "del"),
    (Generic.Inserted, "ins"),
    (Generic.Heading, "kw"),
    (Generic.Subheading, "fn"),
)


def uncoloured(code: str) -> str:
    """Escaped HTML with every character of the code; invisible characters are shown as
    marks."""
    return "".join(
        f'<span class="tag">{escape(part)}</span>' if is_hint else escape(part)
        for part, is_hint in marked_hints(code)
    )


class AnswerColours:
    """Colours the code of one answer, as long as it costs little."""

    def __init__(self) -> None:
        self._characters = 0
        self._given_up = 0

    def coloured(self, code: str, language: str) -> str:
        self._characters += len(code)
        tokens = self._tokens(code, language)
        if "".join(text for _, text in tokens) != code:  # changed by the lexer, or no lexer
            return uncoloured(code)
        runs = (
            (name, "".join(t for _, t in run)) for name, run in groupby(tokens, lambda t: t[0])
        )
        return "".join(
            f'<span class="{name}">{escape(text)}</span>' if name else escape(text)
            for name, text in runs
        )

    def _tokens(self, code: str, language: str) -> list[tuple[str, str]]:
        """Each with its class."""
        if len(code) > LONGEST or self._characters > MOST_IN_ANSWER:
            return []
        if self._given_up == _MOST_GIVEN_UP or len(marked_hints(code)) > 1:
            return []
        lexer = _lexer(language)
        if lexer is None:
            return []
        tokens = within(
            _LIMIT_S, lambda: [(_class_of(kind), text) for kind, text in lexer.get_tokens(code)]
        )
        self._given_up += tokens is None
        return tokens or []


def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _class_of(kind: _TokenType) -> str:
    return next((name for group, name in _CLASSES if kind[: len(group)] == group), "")
