"""Which part of a branch is sent again: the rules of history.

- A reply that was interrupted or cut off is sent as its text only: its other blocks may
  be half. Empty text is left out, and so are messages that hold nothing then: the API
  refuses both. Neighbours of one role are fine.
- A tool's call that nothing answers is left out: the API refuses a request that has one. But
  where a reply continues after a pause, the server answers its own call.
- Thinking without a signature is never sent: a strict server refuses it. Neither is a block
  that is nested too deeply for libraries to read.
- What another server made is sent as its text only: its thinking is signed for that server,
  and its search results or unknown blocks mean nothing elsewhere.
- A system turn is sent after the questions that it follows, where the API takes one, or
  not at all when the request has the newest system prompt at its top.
- An attachment whose data is lost is sent as a line that names it.
- Thinking is signed together with everything that was sent before it: the system prompt, the
  tools and the turns above, as these rules rendered them then. Turns never change, and the
  rules depend on nothing but the branch and the `SignedSettings`. So the request is the same as
  before a reply exactly when these are still the same and nothing above the reply was lost.
  Thinking of any other reply is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from streamchat.core.conversation.tree import SignedSettings, Tree
from streamchat.core.messages import (
    DEEPEST,
    INTERRUPTED,
    Block,
    Message,
    answered_calls,
    format_block_name,
    is_answered,
    is_nested_deeper,
    text_block,
    without_empty_text,
    without_thinking,
)
from streamchat.core.records import Turn, is_lost

IMPORTED = "imported"  # a field of turns from elsewhere, whose system prompt is unknown
SERVER = "server"  # of a reply that has more than text: the host that made it
AUTOMATIC = "automatic"  # a field of a user's turn that the program wrote (/continue)
ASKED = "asked"  # of a user's turn whose text begins with piped text: the prompt alone
VALUE = "value"  # of a reply whose text is one JSON value (--schema)
CONTAINER = "container"  # of a reply that paused: where its tools run on the server
COMPACTS = "compacts"  # of a user's turn that is a summary: the last turn that it covers


def to_send(
    tree: Tree,
    path: Sequence[str],
    signed: SignedSettings,
    *,
    thinking: bool,
    server: str,
    goes_on: bool,
) -> Iterator[Message]:
    """The messages of a branch, under the settings `signed`, for `server`. `goes_on` says that
    nothing is asked after them: a reply that paused at the end continues."""
    intact, told = True, False
    answered = answered_calls(b for id in path for b in tree.turn(id).message.content)
    paused = _paused(tree, path) if goes_on else frozenset()
    for id in path:
        turn, node = tree.turn(id), tree.nodes[id]
        intact = intact and not (node.orphan or id in tree.unreadable or _has_lost(turn))
        if turn.role == "system":
            told = True
            if not signed.tells:
                continue
        under = signed if told else signed._replace(tells=False)
        bound = intact and tree.signed_settings(id) == under and IMPORTED not in turn.extra
        foreign = bool(server) and turn.extra.get(SERVER, server) != server
        content = _sendable(
            turn.message,
            answered,
            thinking=thinking and bound,
            foreign=foreign,
            is_paused=id in paused,
        )
        if content:
            yield Message(turn.role, content)


def in_api_order(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages with each system message after the questions of its exchange: the API takes
    one only between a question and an answer, or at the end."""
    waiting: list[Message] = []
    last: Message | None = None
    for message in messages:
        if message.role == "system":
            waiting.append(message)
            continue
        if message.role == "assistant" and last is not None and last.role == "user":
            yield from waiting
            waiting.clear()
        yield message
        last = message
    if last is not None and last.role == "user":
        yield from waiting


def _sendable(
    message: Message,
    answered: frozenset[str],
    *,
    thinking: bool,
    foreign: bool,
    is_paused: bool,
) -> tuple[Block, ...]:
    content = tuple(
        _named(b) if is_lost(b) else b
        for b in message.content
        if not _is_unfit(b, answered, is_paused=is_paused)
    )
    partial = message.stop_reason in (INTERRUPTED, None)
    if message.role == "assistant" and (partial or foreign):
        content = tuple(text_block(b["text"]) for b in content if _is_text(b))
    elif not thinking:
        content = without_thinking(content)
    return without_empty_text(content)


def _paused(tree: Tree, path: Sequence[str]) -> frozenset[str]:
    """The parts of a reply at the end, which the server continues."""
    parts = takewhile(lambda id: is_paused(tree.turn(id).message), reversed(path))
    return frozenset(parts)


def is_paused(message: Message) -> bool:
    """Whether the server continues this reply when it is sent again."""
    return message.stop_reason == "pause_turn"


def _has_lost(turn: Turn) -> bool:
    return any(map(is_lost, turn.message.content))


def _named(block: Block) -> Block:
    return text_block(f"[{format_block_name(block)}: this attachment is lost]")


def _is_unfit(block: Block, answered: frozenset[str], *, is_paused: bool) -> bool:
    """Whether no server would take the block."""
    match block.get("type"):
        case "text" if len(block) == 2:
            return False
        case "thinking" if not block.get("signature"):
            return True
        case "tool_use" if not is_answered(block, answered):
            return True
        case str(kind) if kind.endswith("_tool_use") and not is_answered(block, answered):
            return not is_paused
        case _:
            return is_nested_deeper(block, DEEPEST)


def _is_text(block: Block) -> bool:
    return block.get("type") == "text" and isinstance(block.get("text"), str)
