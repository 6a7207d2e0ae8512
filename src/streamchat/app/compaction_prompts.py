"""What streamchat itself says to the model: for /compact and for /continue."""

from __future__ import annotations

_TAIL_CHARACTERS = 200

_ASK = """\
Write a summary of our conversation so far. It will replace the conversation, so include \
everything we still need: what I want and the limits I set; what was decided and why; facts, \
names, numbers, code and commands that still matter, word for word; what is done and what is \
open. Leave out what no longer matters. Write only the summary."""


def ask_for_summary(focus: str) -> str:
    """The request to summarise the conversation."""
    return f"{_ASK}\n\nPay special attention to this: {focus}" if focus else _ASK


def told_as_summary(summary: str) -> str:
    """The first message of the branch that continues from a summary."""
    return f"This is a summary of our conversation so far:\n\n{summary.strip()}"


def ask_for_rest(text: str) -> str:
    """The request to finish an answer; `text` is the part that arrived."""
    tail = text[-_TAIL_CHARACTERS:]
    if len(text) > _TAIL_CHARACTERS:
        tail = tail.partition(" ")[2] or tail
    return (
        f"Your previous response was interrupted and ended with:\n\n{tail}\n\n"
        "Continue exactly where it ended, without repeating anything."
    )
