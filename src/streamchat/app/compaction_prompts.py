"""The texts that ask for a summary, for its use, and for the rest of a cut answer."""

from __future__ import annotations

_TAIL_CHARACTERS = 200

_ASK = """\
Write a summary of our conversation so far. A new conversation will go on from it and from \
nothing else, so it must hold all that is needed: what I want and the limits I set, what was \
decided and why, facts, names, numbers, code and commands that still matter word for word, \
what is done and what is open. Leave out what has become irrelevant. Write only the summary."""


def ask_for_summary(focus: str) -> str:
    """What the model is asked when a conversation is compacted."""
    return f"{_ASK}\n\nAbove all: {focus}" if focus else _ASK


def told_as_summary(summary: str) -> str:
    """The first message of the branch that goes on from a summary."""
    return f"This is a summary of our conversation so far:\n\n{summary.strip()}"


def ask_for_rest(text: str) -> str:
    """What the model is asked to finish an answer; `text` is as far as it came."""
    tail = text[-_TAIL_CHARACTERS:]
    if len(text) > _TAIL_CHARACTERS:
        tail = tail.partition(" ")[2] or tail
    return (
        f"Your previous response was interrupted and ended with:\n\n{tail}\n\n"
        "Go on exactly from there, and repeat nothing."
    )
