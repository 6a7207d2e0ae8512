"""Counts of tokens and the prompt cache: a request is the chain of its content blocks.

Each link knows a digest and a token count of everything up to it. The order is that of the
API's cache: tools, system prompt, messages.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from streamchat.core.messages import Block, JsonObject, content_from_wire

MIN_CACHED_TOKENS = 512
SIGNATURE_MARK = base64.b64encode(b"streamchat-demo:").decode()[:20]
_LOOK_BACK_BLOCKS = 20
_TTL_S = {"5m": 300.0, "1h": 3600.0}
_MAX_ENTRIES = 4096
_BYTES_PER_TOKEN = 4
_MESSAGE_TOKENS = 4  # for the role and the frame of a message
_IMAGE_TOKENS = 1600


def count_text(text: str) -> int:
    """A rough token count: a quarter of the bytes, but at least the number of words."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return max(-(-size // _BYTES_PER_TOKEN), len(text.split()))


def count_block(block: Block) -> int:
    match block:
        case {"type": "text", "text": str(text)} | {"type": "thinking", "thinking": str(text)}:
            return count_text(text)
        case {"type": "image"}:
            return _IMAGE_TOKENS
        case _:
            return count_text(json.dumps(block))


@dataclass(frozen=True, slots=True)
class Link:
    """One block of a request. `before` is the digest of everything before it, `digest` includes
    it. `ttl` says how long the prefix that ends here is cached."""

    role: str
    block: Block
    before: bytes
    digest: bytes
    tokens: int  # of everything up to and with this block
    ttl: str | None = None


def build_chain(body: Mapping[str, Any]) -> list[Link]:
    """The links of a request. Its spelling makes no difference: a string is one text block,
    cache marks and nulls are ignored, adjacent messages of one role are one message."""
    state, tokens = hashlib.sha256(), 0
    links: list[Link] = []
    for role, block, starts in _walk(body):
        before = state.digest()
        essence = {k: v for k, v in block.items() if v is not None and k != "cache_control"}
        state.update(_canonical([role if starts else None, essence]))
        tokens += count_block(essence) + (_MESSAGE_TOKENS if starts else 0)
        ttl = _ttl(block.get("cache_control"))
        links.append(Link(role, essence, before, state.digest(), tokens, ttl))
    return links


def end_digest(links: list[Link]) -> bytes:
    """The digest of the whole request, to which a new reply is bound."""
    return links[-1].digest if links else b""


def sign(before: bytes, thinking: str) -> str:
    """The signature of a thinking block, as shown, after the prefix of that digest."""
    seal = hashlib.sha256(before + thinking.encode("utf-8", "surrogatepass")).digest()
    return SIGNATURE_MARK + base64.b64encode(seal).decode()


def _walk(body: Mapping[str, Any]) -> Iterator[tuple[str, Block, bool]]:
    for tool in body.get("tools") or []:
        yield "tools", tool, False
    for block in content_from_wire(body.get("system") or ""):
        yield "prompt", block, False
    last = None
    for message in body.get("messages") or []:
        for block in content_from_wire(message.get("content", "")):
            yield message["role"], block, message["role"] != last
            last = message["role"]


def _ttl(control: object) -> str | None:
    if not isinstance(control, Mapping):
        return None
    return "1h" if control.get("ttl") == "1h" else "5m"


def _canonical(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


@dataclass(slots=True)
class PromptCache:
    """Which prefixes are cached, and until when."""

    clock: Callable[[], float] = time.monotonic
    _expiry: dict[tuple[str, bytes], float] = field(default_factory=dict)

    def usage(self, model: str, body: Mapping[str, Any], links: list[Link]) -> JsonObject:
        """Split the prompt's tokens into fresh, written and read, and cache it."""
        marks = [(at, link.ttl) for at, link in enumerate(links) if link.ttl]
        if links and (ttl := _ttl(body.get("cache_control"))):
            marks.append((len(links) - 1, ttl))
        marks = [mark for mark in marks if links[mark[0]].tokens >= MIN_CACHED_TOKENS]
        total = links[-1].tokens if links else 0
        if not marks:
            return _input_usage(total, 0, 0, "5m")
        self._forget_old()
        read = max(self._read(model, links[: at + 1]) for at, _ in marks)
        for at, ttl in marks:
            self._expiry[model, links[at].digest] = self.clock() + _TTL_S[ttl]
        end, ttl = marks[-1]
        cached = links[end].tokens
        return _input_usage(total - cached, cached - read, read, ttl)

    def _read(self, model: str, links: list[Link]) -> int:
        for link in reversed(links[-_LOOK_BACK_BLOCKS:]):
            if (model, link.digest) in self._expiry:
                return link.tokens
        return 0

    def _forget_old(self) -> None:
        now = self.clock()
        live = [(key, expiry) for key, expiry in self._expiry.items() if expiry > now]
        self._expiry = dict(live[-_MAX_ENTRIES:])


@dataclass(slots=True)
class Comparisons:
    """The requests that asked to be compared, by the id of their reply."""

    _known: dict[str, tuple[JsonObject, list[Link]]] = field(default_factory=dict)

    def compare(
        self, body: Mapping[str, Any], links: list[Link], reply: str
    ) -> JsonObject | None:
        """The `diagnostics` of a reply: why its request misses the cache of an earlier one."""
        asked = body.get("diagnostics")
        if not isinstance(asked, Mapping):
            return None
        about = {name: body.get(name) for name in ("model", "thinking", "output_config")}
        earlier = self._known.get(str(asked.get("previous_message_id")))
        self._known[reply] = (about, links)
        if asked.get("previous_message_id") is None:
            return None
        if earlier is None:
            return {"cache_miss_reason": {"type": "previous_message_not_found"}}
        reason = _difference(earlier[0], about, earlier[1], links)
        return reason and {"cache_miss_reason": reason}


def _difference(
    before: JsonObject, about: JsonObject, old: list[Link], new: list[Link]
) -> JsonObject | None:
    same = 0
    for one, other in zip(old, new, strict=False):
        if one.digest != other.digest:
            break
        same += 1
    missed = old[-1].tokens - (old[same - 1].tokens if same else 0)
    if before["model"] != about["model"]:
        return {"type": "model_changed", "cache_missed_input_tokens": old[-1].tokens}
    if same < len(old):
        roles = {links[same].role for links in (old, new) if same < len(links)}
        kind = "tools" if "tools" in roles else "system" if "prompt" in roles else "messages"
        return {"type": f"{kind}_changed", "cache_missed_input_tokens": missed}
    return None if before == about else {"type": "unavailable"}


def _input_usage(fresh: int, written: int, read: int, ttl: str) -> JsonObject:
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {
            f"ephemeral_{name}_input_tokens": written if name == ttl else 0 for name in _TTL_S
        },
    }
