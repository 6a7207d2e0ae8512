"""Checks the body of a success response before it is read as an event stream.

A server that was asked for a stream may answer with a whole JSON message, an error, plain words
or a login page, under any content type. The first bytes tell which.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx2

from streamchat.api.error_body import decode_body, read_error
from streamchat.api.refusals import find_request_id, refused_within
from streamchat.api.server import Server
from streamchat.api.wording import clean_line, sentence
from streamchat.core.errors import ApiError, CutOff

LARGEST_BYTES = 64 * 1024 * 1024  # of a body that is not a stream
_JSON_BEGINS = re.compile(rb"\0?[{\[]|\xff\xfe|\xfe\xff")  # or the byte order mark of UTF-16
_EVENT_FIELD = re.compile(rb"(event|data|id|retry)(:|\r|\n|$)|:")
_BOM = b"\xef\xbb\xbf"
_ENOUGH = 8  # bytes, for the longest field name and what follows it


async def first_words(pieces: AsyncIterator[bytes]) -> bytes:
    """The beginning of the body: enough to see what it is, without leading blanks."""
    head = b""
    async for piece in pieces:
        head = (head + piece).removeprefix(_BOM).lstrip()
        if looks_like_json(head) or b":" in head or len(head) >= _ENOUGH:
            break
    return head


def looks_like_json(head: bytes) -> bool:
    return _JSON_BEGINS.match(head) is not None


async def first_line(head: bytes, pieces: AsyncIterator[bytes]) -> bytes:
    """The body up to the end of its first line, or a little more."""
    parts, size = [head], len(head)
    while b"\n" not in parts[-1] and size <= LARGEST_BYTES:
        piece = await anext(pieces, b"")
        if not piece:
            break
        parts.append(piece)
        size += len(piece)
    return b"".join(parts)


def looks_like_events(head: bytes) -> bool:
    return not head or _EVENT_FIELD.match(head) is not None


async def read_rest(head: bytes, pieces: AsyncIterator[bytes]) -> bytes:
    """The whole body. Raises CutOff when it is too large to be a reply."""
    parts, size = [head], len(head)
    async for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > LARGEST_BYTES:
            raise CutOff("The server's reply is larger than 64 MB.", kind="not_a_reply")
    return b"".join(parts)


def no_reply(body: bytes, response: httpx2.Response, server: Server) -> ApiError:
    """The error for a body that is not a reply, with the server's words if there are any."""
    error = read_error(decode_body(body[:4096]))
    if error.status is not None:
        return refused_within(error.words, response, None)
    if not body.strip():
        return CutOff("The server sent an empty reply.", kind="empty_reply", retryable=True)
    kind = clean_line(response.headers.get("content-type", "")) or "no content type"
    said = f" It says: {sentence(error.words)}" if _is_readable(error.words) else ""
    return CutOff(
        f"The answer of {server.host} is not a Messages API reply ({kind}).{said} Is the base"
        " URL right, and no login page in between?",
        kind="not_a_reply",
        http_status=response.status_code,
        request_id=find_request_id(response),
    )


def _is_readable(words: str) -> bool:
    return bool(words) and words[0] != "<" and "\ufffd" not in words
