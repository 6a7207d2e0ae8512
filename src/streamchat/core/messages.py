"""The values that make up a conversation, and their form on the wire and in the file.

Content blocks stay in their wire form (JSON objects as the API gave them): thinking
signatures are bound to the exact bytes of everything before them, so a block is
stored and sent again unchanged, known type or not.

Must not know: the SDK, the disk, the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, cast, get_args

Role: TypeAlias = Literal["user", "assistant", "system"]
Block: TypeAlias = Mapping[str, Any]  # a content block, wire form
JsonObject: TypeAlias = dict[str, Any]

MOST_TOKENS = 10**12
LONGEST_NAME = 200  # characters of a model or an id, whoever wrote it
INTERRUPTED = "interrupted"  # our own stop reason, for a user, a signal or an error
DEEPEST = 100  # levels of JSON in a block; libraries give up at about 250
FIRST_LINE, LAST_LINE = "first_line", "last_line"  # our own fields of a citation
_LINES = frozenset({FIRST_LINE, LAST_LINE})
_NAMES = frozenset({"title", "context"})  # of an image; documents are sent with both
_REPLACES = "From here on, these instructions replace the system prompt:"
THINKING_TYPES = frozenset({"thinking", "redacted_thinking"})


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one exchange, as `message_delta` counts them (cumulative), and the searches
    that the server made for it. `cache_1h_tokens` are those of the cache creation that are
    kept for an hour instead of five minutes.

    `None` means that the server did not say (several compatible servers do not).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    thinking_tokens: int | None = None
    cache_1h_tokens: int | None = None
    web_searches: int | None = None

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> Usage:
        """Read a wire `usage` object; anything that is not a count is unknown."""
        inner = {
            "thinking_tokens": _within(data, "output_tokens_details", "thinking_tokens"),
            "cache_1h_tokens": _within(data, "cache_creation", "ephemeral_1h_input_tokens"),
            "web_searches": _within(data, "server_tool_use", "web_search_requests"),
        }
        return cls.from_dict({**inner, **data})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Usage:
        """Read back what `to_dict` gave."""
        return cls(**{field.name: read_count(data.get(field.name)) for field in fields(cls)})

    def to_dict(self) -> JsonObject:
        """The known counts, for the conversation file."""
        pairs = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in pairs if value is not None}

    def plus(self, other: Usage | None) -> Usage:
        """The sum of what is known."""
        if other is None:
            return self
        return Usage(
            *(_sum(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        )

    @property
    def prompt_tokens(self) -> int | None:
        """Everything that was read: fresh, written to and read from the cache."""
        if self.input_tokens is None:
            return None
        cached = (self.cache_creation_input_tokens or 0) + (self.cache_read_input_tokens or 0)
        return self.input_tokens + cached


def _sum(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def _within(data: Mapping[str, Any], outer: str, inner: str) -> object:
    details = data.get(outer)
    return details.get(inner) if isinstance(details, Mapping) else None


def read_count(value: object) -> int | None:
    """A plausible count; None for anything else, such as a number of 400 digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    is_one = 0 <= value < MOST_TOKENS and value == int(value)
    return int(value) if is_one else None


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the content of a turn, which later requests repeat.

    The fields after `content` are known for replies only. `stop_reason` is the API's,
    or `INTERRUPTED`; `None` on a reply means that it was cut off without one.
    """

    role: Role
    content: tuple[Block, ...]
    model: str | None = None
    stop_reason: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None
    request_id: str | None = None
    message_id: str | None = None  # of a server that can compare the next request with this

    @property
    def text(self) -> str:
        """The text blocks, joined: what a person reads. Of a system message it is the last:
        the one before it says that it replaces the earlier ones."""
        texts = [str(b.get("text", "")) for b in self.content if b.get("type") == "text"]
        return "".join(texts[-1:] if self.role == "system" else texts)

    def to_wire(self) -> JsonObject:
        """The `{"role", "content"}` object that a request carries."""
        return {"role": self.role, "content": [_wire_block(block) for block in self.content]}


def _wire_block(block: Block) -> JsonObject:
    """The block without what only people see: the name and the origin of an image, the lines
    of a citation."""
    cited = block.get("citations")
    if block.get("type") == "text" and isinstance(cited, list):
        return {**block, "citations": [_without(_LINES, each) for each in cited]}
    return dict(_without(_NAMES, block) if block.get("type") == "image" else block)


def _without(names: frozenset[str], value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: each for name, each in value.items() if name not in names}


def user_message(text: str) -> Message:
    """A message of one text block, typed by the user."""
    return Message("user", (text_block(text),))


def system_message(text: str, *, replaces: bool) -> Message:
    """A system prompt that holds from here on, instead of an earlier one if it `replaces`."""
    return Message("system", (*map(text_block, [_REPLACES] * replaces), text_block(text)))


def with_text(message: Message, text: str) -> Message:
    """A user's message with another text; its other blocks stay before the text."""
    others = [block for block in message.content if block.get("type") != "text"]
    return Message("user", (*others, text_block(text)))


def text_block(text: str) -> Block:
    """A text content block."""
    return {"type": "text", "text": text}


def format_block_name(block: Block) -> str:
    """What a block other than text holds, for a notice: "report.pdf"."""
    source = block.get("source")
    address = source.get("url") if isinstance(source, Mapping) else None
    return str(block.get("title") or address or block.get("type"))


def content_from_wire(content: object) -> tuple[Block, ...]:
    """Read content as a request may carry it: a string, or a list of block objects.

    Raises ValueError if it is neither.
    """
    if isinstance(content, str):
        return (text_block(content),) if content.strip() else ()
    if isinstance(content, list) and all(
        isinstance(b, dict) and isinstance(b.get("type"), str) for b in content
    ):
        return tuple(cast("list[Block]", content))
    raise ValueError("content must be a string or a list of content blocks")


def role_from_wire(role: object) -> Role:
    """Raises ValueError for anything but `user` and `assistant`."""
    if role in get_args(Role) and role != "system":
        return cast("Role", role)
    raise ValueError(f"role must be user or assistant, not {role!r:.60}")


def without_empty_text(content: Iterable[Block]) -> tuple[Block, ...]:
    """Drop empty and blank text blocks: the API refuses a request that repeats one."""
    return tuple(
        b for b in content if b.get("type") != "text" or str(b.get("text", "")).strip()
    )


def answered_calls(content: Iterable[Block]) -> frozenset[str]:
    """The ids of the tool calls that a block of the content answers."""
    ids = (block.get("tool_use_id") for block in content)
    return frozenset(id for id in ids if isinstance(id, str))


def is_answered(call: Block, answered: frozenset[str]) -> bool:
    """Whether a tool call has its result. A call without a proper id has none."""
    id = call.get("id")
    return isinstance(id, str) and id in answered


def is_nested_deeper(value: object, most: int) -> bool:
    """Whether a JSON value has more than `most` levels."""
    level = [value]
    for _ in range(most):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()


def has_thinking(message: Message) -> bool:
    return any(block.get("type") in THINKING_TYPES for block in message.content)


def has_answer(content: Iterable[Block]) -> bool:
    """Whether there is more than thinking and blank text."""
    return bool(without_thinking(without_empty_text(content)))


def without_thinking(content: Iterable[Block]) -> tuple[Block, ...]:
    """Drop thinking blocks, whose signatures a changed history would break."""
    return tuple(b for b in content if b.get("type") not in THINKING_TYPES)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the Messages API, as `client.messages.stream` takes it.

    `thinking` is "adaptive" (with a shown summary), "hidden" (adaptive, nothing
    shown), "off", or None to leave the server's default alone.
    """

    model: str
    messages: tuple[Message, ...]
    max_tokens: int
    system: str | None = None
    effort: str | None = None
    thinking: str | None = None
    cache: bool = True
    cache_ttl: str = "5m"  # or "1h"
    schema: JsonObject | None = None  # the answer is one JSON value of it
    tools: tuple[JsonObject, ...] = ()  # that run on the server
    stop: tuple[str, ...] = ()  # the answer ends before one of these texts
    # The reply whose request the server compares with this one: why the cache was missed.
    # "" for none yet, None to ask for no comparison.
    compared_with: str | None = None
    container: str = ""  # of the answer's part before a pause: see Finished
    extra: Mapping[str, object] = field(default_factory=dict)  # unknown to the SDK
