"""Counts of tokens, the prompt cache, and the signatures that bind thinking to a prefix.

All three look at a request in the same way: as the chain of its content blocks, each
link knowing a digest and a count of everything up to it.
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
from streamchat.demo.sse import Refused

MIN_CACHED_TOKENS = 512
_LOOK_BACK_BLOCKS = 20
_TTL_S = {"5m": 300.0, "1h": 3600.0}
_MAX_ENTRIES = 4096
_BYTES_PER_TOKEN = 4
_MESSAGE_TOKENS = 4  # what the role and the frame of a message cost
_IMAGE_TOKENS = 1600
_SIGNATURE_MARK = b"streamchat-demo:"


def count_text(text: str) -> int:
    """About what a tokenizer would say: a quarter of the bytes, and never under the words."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return max(-(-size // _BYTES_PER_TOKEN), len(text.split()))


def count_block(block: Block) -> int:
    match block:
        case {"type": "text", "text": str(text)}:
            return count_text(text)
        case {"type": "thinking", "thinking": str(thinking)}:
            return count_text(thinking)
        case {"type": "image"}:
            return _IMAGE_TOKENS
        case _:
            return count_text(json.dumps(block))


@dataclass(frozen=True, slots=True)
class Link:
    """One content block of a request, and all that is before it."""

    role: str
    block: Block
    before: bytes  # digest of the system prompt, the tools and the earlier blocks
    digest: bytes  # the same with this block
    tokens: int  # of everything up to and with this block


def build_chain(body: Mapping[str, Any]) -> list[Link]:
    """The links of a request, the system prompt and the tools in the first digest.

    How the content is spelt makes no difference: a string is one text block, cache
    marks and nulls do not count, neighbours of one role are one message.
    """
    opening = {"system": _blocks(body.get("system") or ""), "tools": body.get("tools") or []}
    state = hashlib.sha256(_canonical(opening))
    tokens = sum(map(count_block, opening["system"]))
    tokens += count_text(json.dumps(opening["tools"])) if opening["tools"] else 0
    links: list[Link] = []
    for role, block, starts in _walk(body.get("messages") or []):
        before = state.digest()
        state.update(_canonical([role if starts else None, block]))
        tokens += count_block(block) + (_MESSAGE_TOKENS if starts else 0)
        links.append(Link(role, block, before, state.digest(), tokens))
    return links


def end_digest(links: list[Link]) -> bytes:
    """The digest of the whole request: what a new reply is bound to."""
    return links[-1].digest if links else b""


def _walk(messages: list[JsonObject]) -> Iterator[tuple[str, Block, bool]]:
    last = None
    for message in messages:
        for block in _blocks(message.get("content", "")):
            yield message["role"], block, message["role"] != last
            last = message["role"]


def _blocks(content: object) -> list[JsonObject]:
    return [_essence(block) for block in content_from_wire(content)]


def _essence(block: Block) -> JsonObject:
    return {k: v for k, v in block.items() if v is not None and k != "cache_control"}


def _canonical(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


def sign(before: bytes, thinking: str) -> str:
    """The signature of a thinking block, as shown, after the prefix of that digest."""
    seal = hashlib.sha256(before + thinking.encode("utf-8", "surrogatepass")).digest()
    return base64.b64encode(_SIGNATURE_MARK + seal).decode()


def check_signatures(links: list[Link]) -> None:
    """Raises Refused when thinking of ours comes back behind another conversation.

    Signatures of other servers cannot be read here, and are let through.
    """
    before = b""
    for previous, link in zip([None, *links], links, strict=False):
        if previous is None or previous.role != link.role:
            before = link.before
        if _is_ours(link.block) and not _fits(link.block, before):
            raise Refused(
                400,
                "Invalid `signature` in `thinking` block. "
                "The block is bound to a different conversation.",
            )


def _is_ours(block: Block) -> bool:
    mark = base64.b64encode(_SIGNATURE_MARK)[:20].decode()
    return block.get("type") == "thinking" and str(block.get("signature")).startswith(mark)


def _fits(block: Block, before: bytes) -> bool:
    return block.get("signature") == sign(before, str(block.get("thinking")))


@dataclass(slots=True)
class PromptCache:
    """Which prefixes were written, and until when they can be read again."""

    clock: Callable[[], float] = time.monotonic
    _expiry: dict[tuple[str, bytes], float] = field(default_factory=dict)

    def usage(self, model: str, body: Mapping[str, Any], links: list[Link]) -> JsonObject:
        """Split the prompt's tokens into fresh, written and read, and remember it."""
        total = links[-1].tokens if links else 0
        end, ttl = _breakpoint(body, links)
        if end is None or links[end].tokens < MIN_CACHED_TOKENS:
            return _input_usage(total, 0, 0, ttl)
        self._forget_old()
        read = self._read(model, links[: end + 1])
        now = self.clock()
        self._expiry[model, links[end].digest] = now + _TTL_S[ttl]
        return _input_usage(total - links[end].tokens, links[end].tokens - read, read, ttl)

    def _read(self, model: str, links: list[Link]) -> int:
        for link in reversed(links[-_LOOK_BACK_BLOCKS:]):
            if (model, link.digest) in self._expiry:
                return link.tokens
        return 0

    def _forget_old(self) -> None:
        now = self.clock()
        live = [(key, expiry) for key, expiry in self._expiry.items() if expiry > now]
        self._expiry = dict(live[-_MAX_ENTRIES:])


def _breakpoint(body: Mapping[str, Any], links: list[Link]) -> tuple[int | None, str]:
    """The last block that is to be cached, and for how long."""
    if isinstance(control := body.get("cache_control"), dict):
        return (len(links) - 1 if links else None), _ttl(control)
    index = -1
    found: tuple[int | None, str] = None, "5m"
    for message in body.get("messages") or []:
        for block in content_from_wire(message.get("content", "")):
            index += 1
            if isinstance(control := block.get("cache_control"), dict):
                found = index, _ttl(control)
    return found


def _ttl(control: Mapping[str, Any]) -> str:
    return "1h" if control.get("ttl") == "1h" else "5m"


def _input_usage(fresh: int, written: int, read: int, ttl: str) -> JsonObject:
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {
            f"ephemeral_{name}_input_tokens": written if name == ttl else 0 for name in _TTL_S
        },
    }
