"""What a reply is while it arrives: a closed union of frozen values.

`api` makes them from the SDK's stream, `turn` folds them into a Message, a View shows
them. Order in a whole reply: Started, then for each content block BlockStarted, its
deltas, BlockStopped; UsageUpdated any time; Finished last. Retrying can only come
before Started. RawEvents precede the event that was read from them. Deltas that the server
sent apart, and that came together, are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.messages import Block, JsonObject, Message, Usage


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An API event, unread (message_start … message_stop), as a JSON object."""

    data: JsonObject


@dataclass(frozen=True, slots=True)
class Retrying:
    """The request failed before its first delta and is sent again in `delay_s` seconds."""

    attempt: int  # 1 for the first repetition
    delay_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Started:
    """`message_start`: the server accepted the request."""

    message_id: str
    model: str
    usage: Usage
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class BlockStarted:
    """`content_block_start`; `kind` is the block's wire type, known to us or not."""

    index: int
    kind: str
    name: str | None = None  # a tool's name, for the status line


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer. Pieces may be cut anywhere, also inside a grapheme."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of the summary of the reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class BlockStopped:
    """`content_block_stop`: the whole block, wire form, ready to be sent again."""

    index: int
    block: Block


@dataclass(frozen=True, slots=True)
class ModelSwitched:
    """Another model than the conversation's is asked for this reply. `reason` says why; it
    is "" when the user named the model."""

    model: str
    reason: str = ""

    @property
    def line(self) -> str:
        """What to show of it."""
        return f"{self.reason} {self.model} answers.".strip()


@dataclass(frozen=True, slots=True)
class UsageUpdated:
    """Counts so far, cumulative."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is whole: `get_final_message()`, with its stop reason.

    `stop_details` is the API's object that explains a refusal (category, explanation).
    `remarks` are lines worth showing about how it came.
    """

    message: Message
    stop_details: JsonObject | None = None
    remarks: tuple[str, ...] = ()


Event: TypeAlias = (
    RawEvent
    | Retrying
    | ModelSwitched
    | Started
    | BlockStarted
    | TextDelta
    | ThinkingDelta
    | BlockStopped
    | UsageUpdated
    | Finished
)
