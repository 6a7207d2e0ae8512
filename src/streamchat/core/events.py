"""The events of a reply that arrives: a closed union of frozen values.

`api` makes them from the SDK's stream, `core.reply` folds them into a Message, a View shows
them. The order in a complete reply: Started; for each content block BlockStarted, its
deltas, BlockStopped; UsageUpdated at any time; Finished last. Retrying and ModelSwitched
come only before Started. RawEvents precede the event that was made from them. Deltas that
arrived together may be joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from streamchat.core.messages import Block, JsonObject, Message, Usage

PENDING = "pending"


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An API event (message_start … message_stop) as the JSON object that arrived."""

    data: JsonObject


@dataclass(frozen=True, slots=True)
class Retrying:
    """The request failed before the first delta and will be repeated in `delay_s` seconds."""

    attempt: int  # 1 for the first repetition
    delay_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class CacheDiagnosis:
    """What the server says about the prompt cache. `reason` is the API's word for what differs
    from the request before; "" if nothing does, PENDING if it has not finished looking."""

    reason: str = ""
    missed_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """`message_start`: the server accepted the request. `diagnosis` is None where the server
    compares no requests."""

    message_id: str
    model: str
    usage: Usage
    request_id: str | None = None
    diagnosis: CacheDiagnosis | None = None


@dataclass(frozen=True, slots=True)
class BlockStarted:
    """`content_block_start`; `kind` is the block's wire type, known to us or not."""

    index: int
    kind: str
    name: str | None = None  # a tool's name, for the status line


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer. A piece may end anywhere, even inside a grapheme."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of the thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class BlockStopped:
    """`content_block_stop`: the complete block in wire form, ready to be sent again."""

    index: int
    block: Block


@dataclass(frozen=True, slots=True)
class ModelSwitched:
    """This reply comes from another model than the conversation's. `reason` says why; it is
    "" if the user named the model."""

    model: str
    reason: str = ""

    @property
    def line(self) -> str:
        """The line to show."""
        return f"{self.reason} {self.model} answers.".strip()


@dataclass(frozen=True, slots=True)
class UsageUpdated:
    """The counts so far, cumulative."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete: the SDK's `get_final_message()`, with its stop reason.

    `stop_details` is the API's explanation of a refusal (category, explanation). `remarks`
    are lines to show, for example about repairs. `container` is where the server runs code
    that a pause has interrupted; "" if nowhere.
    """

    message: Message
    stop_details: JsonObject | None = None
    remarks: tuple[str, ...] = ()
    container: str = ""


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
