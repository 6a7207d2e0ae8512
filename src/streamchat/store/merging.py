"""Conversations that were made elsewhere, put among the kept ones under their own ids."""

from __future__ import annotations

from streamchat.core.conversation import Conversation
from streamchat.core.records import Record
from streamchat.core.times import parse_time


def merge(kept: Conversation, made: Conversation) -> list[Record]:
    """Apply to the kept conversation what it lacks of the other; the records of that.

    Who went on here stays where they are; else the other's head is gone to.
    """
    known = {id for id, _ in kept.outline()}
    theirs = {id for id, _ in made.outline()}
    here = kept.head
    new: list[Record] = [turn for turn in made.turns if turn.id not in known]
    for turn in new:
        kept.apply(turn)
    head = made.head if here is None or here in theirs else here
    if new and head != kept.head:
        new.append(kept.jump(head))
    return new


def last_said(conversation: Conversation) -> float | None:
    """When its newest turn was made, in seconds since the epoch; None if unknown."""
    times = (parse_time(turn.at) for turn in conversation.turns)
    return max((seconds for seconds in times if seconds is not None), default=None)
