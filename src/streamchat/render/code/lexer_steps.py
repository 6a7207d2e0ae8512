"""A lexer's steps one by one, with its states.

pygments walks its tables of regular expressions in a generator that hides the stack of
states. This walk exposes it, so that lexing can stop at the end of a line and continue later.
Must not know lines or colours. Three kinds of lexer, one step type.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any, NamedTuple, Protocol, TypeAlias

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.token import Error, Token, Whitespace

from streamchat.render.code.token_types import TokenType

Stack: TypeAlias = tuple[str, ...]
State: TypeAlias = "Stack | LexerContext | None"
LexerState: TypeAlias = tuple[int, TokenType, str]  # where, what, its text


class Step(NamedTuple):
    """text[start:end] in one match, with the states before and after it.

    `after` is exact only for a step with a newline in it: no other step ends a line.
    """

    start: int
    end: int
    tokens: list[LexerState]
    state: State
    after: State


class Walker(Protocol):
    def start(self) -> State: ...

    def steps(self, text: str, at: int, state: State) -> Iterator[Step]: ...


def walker_for(lexer: Lexer) -> Walker:
    if not hasattr(lexer, "_tokens"):  # or a pygments that keeps its tables elsewhere
        return TokenWalker(lexer)
    if isinstance(lexer, ExtendedRegexLexer):
        return ContextWalker(lexer)
    if isinstance(lexer, RegexLexer):
        return StackWalker(lexer)
    return TokenWalker(lexer)


def innermost(state: State) -> str:
    match state:
        case None:
            return ""
        case tuple():
            return state[-1]
        case _:
            return str(state.stack[-1])


class StackWalker:
    """Most lexers: tables of expressions and a stack of their names."""

    def __init__(self, lexer: RegexLexer) -> None:
        self._lexer = lexer
        self._tables = _tables_of(lexer)
        self._recoloured: dict[tuple[TokenType, str], TokenType] | None = (
            None
            if type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
            else {}
        )

    def start(self) -> Stack:
        return ("root", "php") if getattr(self._lexer, "startinline", False) else ("root",)

    def steps(self, text: str, at: int, state: State) -> Iterator[Step]:
        while True:
            assert isinstance(state, tuple)
            step = self._step(text, at, state)
            if step is None:
                return
            yield step
            at, state = step.end, step.after

    def _step(self, text: str, at: int, stack: Stack) -> Step | None:
        for matches, action, move in self._tables[stack[-1]]:
            if match := matches(text, at):
                if action is None:
                    tokens = []
                elif type(action) is TokenType:
                    tokens = [(at, action, match[0])]
                else:
                    tokens = list(action(self._lexer, match))
                if self._recoloured is not None:
                    tokens = [
                        (i, self._recolour(kind, value), value) for i, kind, value in tokens
                    ]
                return Step(at, match.end(), tokens, stack, moved(stack, move))
        if at >= len(text):
            return None
        if text[at] == "\n":
            return Step(at, at + 1, [(at, Whitespace, "\n")], stack, ("root",))
        return Step(at, at + 1, [(at, Error, text[at])], stack, stack)

    def _recolour(self, kind: TokenType, value: str) -> TokenType:
        """The kind of token that a lexer gives a name that it knows itself (C, PHP), found by
        lexing the name alone."""
        if self._recoloured is None or kind[:1] != Token.Name:
            return kind
        key = kind, value
        if key not in self._recoloured:
            ours = list(RegexLexer.get_tokens_unprocessed(self._lexer, value, self.start()))
            theirs = list(self._lexer.get_tokens_unprocessed(value))
            alone = len(ours) == len(theirs) == 1 and ours[0][1] is kind
            self._recoloured[key] = theirs[0][1] if alone else kind
        return self._recoloured[key]


_DEEPEST_STACK = 100  # states


def _tables_of(lexer: RegexLexer) -> dict[str, list[Any]]:
    """By state: (match function, action, transition). pygments has no public access to
    them."""
    tables: dict[str, list[Any]] = lexer._tokens  # type: ignore[attr-defined] # noqa: SLF001
    return tables


def moved(stack: Stack, move: Any) -> Stack:
    """The stack after a rule's transition; the last state is never popped. The middle of a deep
    stack is dropped: every step copies the stack, and no real code nests that deep."""
    after = _transition(stack, move)
    return after if len(after) <= _DEEPEST_STACK else (after[0], *after[2:])


def _transition(stack: Stack, move: Any) -> Stack:
    match move:
        case None:
            return stack
        case int():
            return stack[:1] if abs(move) >= len(stack) else stack[:move]
        case tuple():
            for one in move:
                stack = moved(stack, -1 if one == "#pop" else one)
            return stack
        case "#push":
            return (*stack, stack[-1])
        case _:
            return (*stack, move)


class ContextWalker:
    """Lexers whose rules change a context object (Ruby, YAML)."""

    def __init__(self, lexer: ExtendedRegexLexer) -> None:
        self._lexer = lexer
        self._tables = _tables_of(lexer)

    def start(self) -> State:
        if self._lexer.name == "YAML":
            from pygments.lexers.data import YamlLexerContext

            return YamlLexerContext("", 0)  # type: ignore[no-untyped-call]
        return LexerContext("", 0)

    def steps(self, text: str, at: int, state: State) -> Iterator[Step]:
        assert isinstance(state, LexerContext)
        context = _twin(state)
        context.text, context.pos, context.end = text, at, len(text)
        while True:
            start, before = context.pos, _twin(context)
            tokens = self._step(context)
            if tokens is None:
                return
            yield Step(start, context.pos, tokens, before, _twin(context))

    def _step(self, context: LexerContext) -> list[LexerState] | None:
        text, at = context.text, context.pos
        for matches, action, move in self._tables[context.stack[-1]]:
            if match := matches(text, at, context.end):
                tokens = []
                if type(action) is TokenType:
                    tokens = [(at, action, match[0])]
                    context.pos = match.end()
                elif action is not None:
                    tokens = list(action(self._lexer, match, context))
                context.stack = list(moved(tuple(context.stack), move))
                return tokens
        if at >= context.end:
            return None
        context.pos = at + 1
        if text[at] == "\n":
            context.stack = ["root"]
            return [(at, Token.Text, "\n")]
        return [(at, Error, text[at])]


def _twin(context: LexerContext) -> LexerContext:
    """A copy that shares no list with the original."""
    twin = copy(context)
    for name, value in vars(context).items():
        if isinstance(value, list):
            setattr(twin, name, value.copy())
    return twin


class TokenWalker:
    """Lexers without tables: each line is lexed on its own (JSON, console sessions)."""

    def __init__(self, lexer: Lexer) -> None:
        self._lexer = lexer

    def start(self) -> State:
        return None

    def steps(self, text: str, at: int, state: State) -> Iterator[Step]:
        for start, kind, value in self._lexer.get_tokens_unprocessed(text[at:]):
            found = (at + start, kind, value)
            yield Step(at + start, at + start + len(value), [found], None, None)
