"""Lexing that can stop at the end of any line and continue later.

Owns the `Mark`: everything needed to continue at the start of a line. Must not know colours or
screens. Rule: the result for a line depends on the mark before it and on the lines given with
it, never on how they arrived. Lines that take a lexer too long have no tokens; after a few of
these, no line has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pygments.lexer import Lexer
from pygments.token import Error, Text

from streamchat.posix.cpu_limit import within
from streamchat.render.code.constructs import Construct, find_constructs
from streamchat.render.code.lexer_steps import LexerState, State, Step, innermost, walker_for
from streamchat.render.code.token_types import TokenType

if TYPE_CHECKING:
    from streamchat.render.work_counter import WorkCounter

_TRIALS_MAX = 3  # here documents of different names in one window
_BEFORE_MAX = 200
# Ordinary code takes some milliseconds; expressions that backtrack may never end.
LIMIT_S = 0.12
MOST_GIVEN_UP = 3


class Token(NamedTuple):
    kind: TokenType
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """`before` is lexed but not shown: the line before, for expressions that look behind, or
    (`inside`) the opener of the construct we are in, which is lexed again. `owed` are the
    tokens that a match on an earlier line gives the text that follows.
    """

    state: State
    before: str = ""
    inside: Construct | None = None
    owed: tuple[tuple[TokenType, int], ...] = ()


class LexedLine(NamedTuple):
    tokens: list[Token]
    mark: Mark  # at its end


class _Walked(NamedTuple):
    steps: list[Step]
    open: Construct | None  # the construct that the last lines are inside of
    begins: int  # where that is


class LineLexer:
    def __init__(self, lexer: Lexer, work: WorkCounter) -> None:
        self._walker = walker_for(lexer)
        self._constructs = find_constructs(lexer.name)
        self._work = work

    def start(self) -> Mark:
        return Mark(self._walker.start())

    def lex(self, mark: Mark, lines: Sequence[str]) -> list[LexedLine]:
        """`lines` without their newlines. All lines are lexed together."""
        if self._work.lexings_given_up < MOST_GIVEN_UP:
            lexed = within(LIMIT_S, lambda: self._lexed(mark, lines))
            if lexed is not None:
                return lexed
            self._work.lexings_given_up += 1
        return [LexedLine([], mark) for _ in lines]

    def _lexed(self, mark: Mark, lines: Sequence[str]) -> list[LexedLine]:
        text = mark.before + "".join(f"{line}\n" for line in lines)
        begin = len(mark.before)
        owed = _placed(mark)
        resumed = 0 if mark.inside else begin + sum(size for _, size in mark.owed)
        walked = self._walked(text, resumed, mark)
        found = chain(owed, *(step.tokens for step in walked.steps))
        tokens = _by_line(text, begin, found)
        return list(map(LexedLine, tokens, _marks(text, resumed, mark, walked)))

    def _walked(self, text: str, at: int, mark: Mark) -> _Walked:
        """Decide whether the text ends inside a construct, by closing each on trial.

        If several could be open (an apostrophe in a here document), the first one counts."""
        if mark.inside is not None:
            still = self._trial(text, at, mark.state, mark.inside)
            if still is not None and still.begins == at:
                return still
        plain = self._steps(text, at, mark.state)
        trials = [
            self._trial(text, at, mark.state, construct)
            for construct in self._constructs
            if _suspected(construct, text, at, plain)
        ]
        walks = [trial for trial in trials if trial is not None]
        return min(walks, key=lambda walk: walk.begins, default=_Walked(plain, None, at))

    def _steps(self, text: str, at: int, state: State) -> list[Step]:
        self._work.characters_lexed += len(text) - at
        return list(self._walker.steps(text, at, state))

    def _trial(self, text: str, at: int, state: State, construct: Construct) -> _Walked | None:
        openers = list(construct.opener.finditer(text, at)) if not construct.state else []
        closings = dict.fromkeys(construct.closing(match) for match in reversed(openers))
        for closing in list(closings)[:_TRIALS_MAX] or [construct.closer]:
            steps = self._steps(text + closing, at, state)
            step = _step_across(steps, len(text))
            if step is not None and _is_inside(construct, text, step):
                return _Walked(steps, construct, step.start)
        return None


def _suspected(construct: Construct, text: str, at: int, plain: list[Step]) -> bool:
    """A cheap check whether a trial can succeed."""
    if construct.state:
        return any(innermost(step.state) == construct.state for step in plain)
    if construct.errs:
        errs = any(kind is Error for step in plain for _, kind, _ in step.tokens)
        return errs and construct.opener.search(text, at) is not None
    openers = list(construct.opener.finditer(text, at))
    if not openers:
        return False
    last = openers[-1]
    closer = construct.closing(last)
    return closer in last[0] or text.find(closer, last.end()) < 0


def _is_inside(construct: Construct, text: str, step: Step) -> bool:
    if construct.state:
        return innermost(step.state) == construct.state
    return step.end > len(text) and construct.opener.match(text, step.start) is not None


def _step_across(steps: list[Step], place: int) -> Step | None:
    """The step that takes the character before this place."""
    for step in reversed(steps):
        if step.start < place <= step.end:
            return step
    return None


def _by_line(text: str, begin: int, found: Iterable[LexerState]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for kind, value in _gapless(text, begin, found):
        first, *others = value.split("\n")
        if first:
            line.append(Token(kind, first))
        for part in others:
            yield line
            line = [Token(kind, part)] if part else []


def _gapless(
    text: str, done: int, found: Iterable[LexerState]
) -> Iterator[tuple[TokenType, str]]:
    """Every character of text[done:] exactly once, even if a lexer omits or repeats some."""
    for start, kind, value in found:
        end = min(start + len(value), len(text))
        if end <= done:
            continue
        if start > done:
            yield Text, text[done:start]
            done = start
        yield kind, text[done:end]
        done = end
    if done < len(text):
        yield Text, text[done:]


def _marks(text: str, resumed: int, mark: Mark, walked: _Walked) -> Iterator[Mark]:
    """The mark at the end of every line; lexing resumed at `resumed`."""
    steps = iter(walked.steps)
    step = Step(0, resumed, _placed(mark), mark.state, mark.state)
    inside = _step_across(walked.steps, len(text)) if walked.open else None
    start = len(mark.before)
    while (end := text.find("\n", start) + 1) > 0:
        while step.end < end and (following := next(steps, None)) is not None:
            step = following
        line = text[start:end][-_BEFORE_MAX:]
        if step is inside and walked.open is not None:
            opener = walked.open.opener.match(text, step.start)
            yield Mark(step.state, f"{opener[0] if opener else ''}\n", walked.open)
        else:
            yield Mark(step.after, line, owed=_owed(step, end))
        start = end


def _placed(mark: Mark) -> list[LexerState]:
    """The owed tokens, at their places in the text."""
    at = len(mark.before)
    placed = []
    for kind, size in mark.owed:
        placed.append((at, kind, "\0" * size))
        at += size
    return placed


def _owed(step: Step, place: int) -> tuple[tuple[TokenType, int], ...]:
    """What this step says about the text after `place`, which lies inside the step."""
    owed = []
    done = place
    for start, kind, value in step.tokens:
        end = start + len(value)
        if end <= done:
            continue
        if start > done:
            owed.append((Text, start - done))
            done = start
        owed.append((kind, end - done))
        done = end
    if done < step.end:
        owed.append((Text, step.end - done))
    return tuple(owed)
