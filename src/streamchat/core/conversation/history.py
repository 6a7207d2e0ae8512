"""Which part of a branch is sent again: the rules of history.

- A reply that was interrupted or cut off is sent as its text only: its other blocks may
  be half. Empty text is left out, and so are messages that hold nothing then: the API
  refuses both. Neighbours of one role are fine.
- A tool's call that nothing answers is left out: the API refuses a request that has one.
- Thinking is signed together with everything that was sent before it: the system prompt
  and the turns above, as these rules rendered them then. Turns never change and the
  rules depend on nothing but the branch and the system prompt, so what was sent before a
  reply is what would be sent now exactly when the system prompt is the one that the reply
  was made under and nothing above it was lost. Thinking of any other reply is left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from streamchat.core.conversation.tree import Tree
from streamchat.core.messages import (
    INTERRUPTED,
    Block,
    Message,
    text_block,
    without_empty_text,
    without_thinking,
)

IMPORTED = "imported"  # a field of turns from elsewhere, whose system prompt is unknown
COMPACTS = "compacts"  # of a user's turn that holds a summary: the turn that it sums up to


def to_send(tree: Tree, system: str | None, *, thinking: bool) -> Iterator[Message]:
    """The messages of the branch at the head, under `system`."""
    intact = True
    path = tree.path()
    answered = {b.get("tool_use_id") for id in path for b in tree.turn(id).message.content}
    for id in path:
        turn, node = tree.turn(id), tree.nodes[id]
        intact = intact and not node.orphan and id not in tree.unreadable
        bound = intact and node.system == system and IMPORTED not in turn.extra
        content = _sendable(turn.message, answered, thinking=thinking and bound)
        if content:
            yield Message(turn.role, content)


def _sendable(
    message: Message, answered: Container[object], *, thinking: bool
) -> tuple[Block, ...]:
    content = tuple(b for b in message.content if not _is_loose_call(b, answered))
    if message.role == "assistant" and message.stop_reason in (INTERRUPTED, None):
        content = tuple(text_block(b["text"]) for b in content if _is_text(b))
    elif not thinking:
        content = without_thinking(content)
    return without_empty_text(content)


def _is_loose_call(block: Block, answered: Container[object]) -> bool:
    return block.get("type") == "tool_use" and block.get("id") not in answered


def _is_text(block: Block) -> bool:
    return block.get("type") == "text" and isinstance(block.get("text"), str)
