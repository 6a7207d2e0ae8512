"""What the demo answers: plans the reply to a conversation.

The texts are the Markdown files in texts/; a comment at the top of a file is the thinking
before the answer. Rules: the same conversation gets the same plan. The words of a message
choose it; the answer to unknown words lists the known ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from streamchat.core.messages import Block, JsonObject, content_from_wire
from streamchat.demo.citing import cite_blocks, cited_documents
from streamchat.demo.descriptions import describe, quote
from streamchat.demo.models import find
from streamchat.demo.sample_value import sample_value
from streamchat.demo.web_search import asks_for_web, search_blocks

MAX_LONG_CHARS = 400_000
_DEFAULT_LONG_CHARS = 20_000
_MAX_TOPIC_WORDS = 8  # a longer message is about something else, even if it contains a topic


class Trick(Enum):
    """What goes wrong in the middle of an answer."""

    DROP = auto()
    STALL = auto()
    STALL_PINGING = auto()
    CUT = auto()
    OVERLOAD = auto()


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """A reply; `slowness` divides the speed."""

    text: str
    thinking: str = ""
    trick: Trick | None = None
    slowness: float = 1.0
    stop_details: Mapping[str, Any] | None = None  # of a refusal
    blocks: tuple[Block, ...] = ()  # the content, if it is more than the text
    pauses: bool = False  # the turn continues when it is sent back


@dataclass(frozen=True, slots=True)
class Fail:
    """An error status and no reply."""

    status: int
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class FailTwice:
    """Overloaded twice, then the answer."""

    then: ScriptedAnswer


class Oddity(Enum):
    """A response that is not a reply of the Messages API."""

    HTML = auto()
    REDIRECT = auto()


Plan: TypeAlias = ScriptedAnswer | Fail | FailTwice | Oddity

_TOPICS = {
    "hi": "welcome",
    "hello": "welcome",
    "hey": "welcome",
    "start": "welcome",
    "help": "help",
    "topics": "help",
    "tour": "tour",
    "code": "code",
    "rust": "code",
    "python": "code",
    "sql": "code",
    "diff": "code",
    "table": "table",
    "tables": "table",
    "list": "lists",
    "lists": "lists",
    "unicode": "unicode",
    "emoji": "unicode",
    "math": "math",
    "maths": "math",
    "thinking": "thinking",
    "think": "thinking",
    "faults": "faults",
    "errors": "faults",
    "markdown": "markdown",
    "keys": "keys",
}
_TRICKS = {
    "drop": Trick.DROP,
    "stall": Trick.STALL,
    "stall ping": Trick.STALL_PINGING,
    "cut": Trick.CUT,
    "overloaded": Trick.OVERLOAD,
}
_ODDITIES = {"html": Oddity.HTML, "redirect": Oddity.REDIRECT}
_ERROR = re.compile(r"error ([45]\d\d)(?: (\S+))?")
_LONG = re.compile(r"long(?: ([\d_,]+)(k?))?")
_MEMORY = re.compile(r"what (did|have) i (say|said|ask|asked)( so far)?")
_ECHO = re.compile(r"echo[ \n](?P<rest>.+)", re.DOTALL | re.IGNORECASE)
_REFUSAL = {
    "type": "refusal",
    "category": "general_harms",
    "explanation": "The demo was asked to refuse, and so it does.",
}


def plan_reply(body: JsonObject) -> Plan:
    """What to answer to this request. Its messages must be valid."""
    said = [text for text in _said(body["messages"]) if text]
    latest = _typed(body["messages"])
    plain = " ".join(latest.lower().split()).strip("?!. ")
    if echo := _ECHO.match(latest):
        return ScriptedAnswer(echo["rest"])
    if plan := _misbehaviour(plain):
        return plan
    match body.get("output_config"):
        case {"format": {"schema": schema}}:
            return ScriptedAnswer(json.dumps(sample_value(schema)))
    if long := _LONG.fullmatch(plain):
        return _long_answer(long[1], long[2])
    if _MEMORY.fullmatch(plain):
        return _memory(body, said[:-1])
    if asks_for_web(body) and (words := {"search", "research"} & {*plain.split()}):
        return _search(body, latest, pauses="research" in words)
    if plain in ("compare", "decline", "busy"):
        return _by_model(plain, find(body.get("model")).line)
    if "cite" in plain.split() and (documents := cited_documents(body)):
        return ScriptedAnswer("", blocks=cite_blocks(documents))
    return _topic(plain) or _unknown(body, latest)


def _search(body: JsonObject, query: str, *, pauses: bool) -> ScriptedAnswer:
    """An answer that searched; in two parts if it `pauses` after the search."""
    blocks = search_blocks(query)
    if not pauses:
        return ScriptedAnswer("", blocks=blocks)
    if body["messages"][-1]["role"] == "assistant":
        return ScriptedAnswer("", blocks=blocks[2:])
    return ScriptedAnswer("", blocks=blocks[:2], pauses=True)


def _by_model(word: str, line: str) -> Plan:
    """An answer that differs by line of models; some may not answer."""
    if word == "decline" and line == "sonnet":
        return ScriptedAnswer("", stop_details=_REFUSAL)
    if word == "busy" and line == "sonnet":
        return Fail(529)
    return text_page(f"compare-{line if line in ('haiku', 'sonnet') else 'opus'}")


def _misbehaviour(plain: str) -> Plan | None:
    if error := _ERROR.fullmatch(plain):
        return Fail(int(error[1]), error[2] or ("1" if error[1] == "429" else None))
    if trick := _TRICKS.get(plain):
        return replace(text_page("midway"), trick=trick)
    match plain:
        case "slow":
            return replace(text_page("slow"), slowness=10.0)
        case "retry":
            return FailTwice(text_page("retry"))
        case "refuse":
            return replace(text_page("refuse"), stop_details=_REFUSAL)
        case "refuse empty":
            return ScriptedAnswer("", stop_details=_REFUSAL)
        case _:
            return _ODDITIES.get(plain)


def _topic(plain: str) -> ScriptedAnswer | None:
    words = re.findall(r"\w+", plain)
    if len(words) > _MAX_TOPIC_WORDS:
        return None
    pages = [_TOPICS[word] for word in words if word in _TOPICS]
    # The last topic counts: "hi, show me a table" is about tables.
    return text_page(pages[-1]) if pages else None


@cache
def text_page(name: str) -> ScriptedAnswer:
    """The answer kept in texts/NAME.md."""
    source = (Path(__file__).parent / "texts" / f"{name}.md").read_text("utf-8")
    thinking, separator, text = source.removeprefix("<!--\n").partition("\n-->\n\n")
    if not separator:
        return ScriptedAnswer(
            source, thinking=f"A page called {name} says this better than I could."
        )
    return ScriptedAnswer(text, thinking=thinking)


def _long_answer(digits: str | None, thousands: str) -> ScriptedAnswer:
    wanted = int(re.sub(r"\D", "", digits or "") or _DEFAULT_LONG_CHARS)
    wanted *= 1000 if thousands else 1
    wanted = min(wanted, MAX_LONG_CHARS)
    return ScriptedAnswer(
        _long_text(wanted), thinking=f"About {wanted} characters were asked for."
    )


def _long_text(wanted: int) -> str:
    """Numbered sections up to that size."""
    opening, *sections = text_page("long").text.split("\n## ")
    parts = [opening + "\n"]
    size = len(opening)
    for number in count(1):
        section = f"\n## {number}. {sections[(number - 1) % len(sections)].strip()}\n"
        if size + len(section) > wanted:
            break
        size += len(section)
        parts.append(section)
    parts.append(f"\n---\n\n*The end, after {len(parts) - 1} sections.*\n")
    return "".join(parts)


def _memory(body: JsonObject, said: list[str]) -> ScriptedAnswer:
    """What the user said before, from the messages of this request."""
    lines = [f"{number}. {quote(text)}" for number, text in enumerate(said, 1)]
    listed = "\n".join(lines) or "Nothing before this question: the conversation is new."
    told = [content_from_wire(m["content"]) for m in body["messages"] if m["role"] == "system"]
    prompts = [body.get("system") or "", *(list(blocks[-1:]) for blocks in told)]
    shown = "".join(
        f"\n\nThe system prompt{' from then on' * (number > 0)}: {quote(text)}"
        for number, text in enumerate(map(_text_of, prompts))
        if text
    )
    text = text_page("memory").text.replace("{said}", listed + shown)
    return ScriptedAnswer(
        text, thinking=f"The request holds {len(said)} earlier messages of the user."
    )


def _unknown(body: JsonObject, latest: str) -> ScriptedAnswer:
    page = text_page("unknown")
    questions = [message for message in body["messages"] if message["role"] == "user"]
    gist = [describe(block) for block in content_from_wire(questions[-1]["content"])]
    received = "\n".join(f"- {line}" for line in gist) or "- nothing at all"
    return replace(page, text=page.text.replace("{received}", received))


def _said(messages: list[JsonObject]) -> Iterator[str]:
    for message in messages:
        if message["role"] == "user":
            yield _text_of(message["content"])


def _typed(messages: list[JsonObject]) -> str:
    """The last text of the user's last message: some clients put others before it."""
    questions = [message for message in messages if message["role"] == "user"]
    blocks = content_from_wire(questions[-1]["content"])
    texts = [str(block.get("text", "")) for block in blocks if block.get("type") == "text"]
    return texts[-1].strip() if texts else ""


def _text_of(content: object) -> str:
    """The text blocks of a content, joined as paragraphs."""
    blocks = content_from_wire(content)
    return "\n\n".join(str(b.get("text", "")) for b in blocks if b.get("type") == "text")
