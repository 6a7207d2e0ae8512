"""The type of pygments' token types, which has no public name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygments.token import Token

if TYPE_CHECKING:
    from pygments.token import _TokenType as TokenType
else:
    TokenType = type(Token)

__all__ = ["TokenType"]
