"""A session file of aichat: YAML with `model`, `messages` and, since it compresses long
sessions, `compressed_messages` (the turns before a summary) and `data_urls`.

From the events of PyYAML's parser, only texts, lists and objects are built here. Aliases
are refused and depth is bounded, so no file can make this take long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamchat.core.conversation import Conversation
from streamchat.core.json_text import MOST_NESTED
from streamchat.core.message_list import parse_message_list
from streamchat.importers.building import (
    AboutFile,
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
    text_of,
)

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_aichat(
    data: bytes, about: AboutFile, *, model: str
) -> Iterator[Conversation | ImportFault]:
    """The session. Raises ValueError for another YAML file, or none."""
    loaded = load_yaml(data)
    if not isinstance(loaded, dict):
        raise ValueError("it is not a session of aichat")
    earlier = loaded.get("compressed_messages")
    messages = [*(earlier if isinstance(earlier, list) else []), *_list(loaded, "messages")]
    try:
        found = parse_message_list(_resolved(messages, loaded.get("data_urls")))
    except ValueError as error:
        yield ImportFault(str(error))
        return
    # The summary of compressed turns is also a system message, so only the first one counts.
    system = next((text_of(m, "content") for m in messages if _is_system(m)), None)
    name = about.name
    source = ForeignConversation("aichat", name, name, about.written, system or None)
    own = text_of(loaded, "model").partition(":")[2] or None
    items = [
        ForeignMessage(
            str(number),
            str(number - 1),
            message.role,
            message.content,
            model=own if message.role == "assistant" else None,
        )
        for number, message in enumerate(found.messages, 1)
    ]
    conversation = build_conversation(source, items, model=model)
    yield conversation if conversation.turn_count else ImportFault("the session is empty")


def _list(loaded: Mapping[str, Any], key: str) -> list[Any]:
    found = loaded.get(key)
    if not isinstance(found, list):
        raise ValueError("it is not a session of aichat")
    return found


def _is_system(message: object) -> bool:
    return isinstance(message, dict) and message.get("role") == "system"


def _resolved(messages: list[object], data_urls: object) -> list[object]:
    """The messages with their images: a hash names each, and `data_urls` has its content, if
    the file kept it."""
    known = data_urls if isinstance(data_urls, dict) else {}
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            image = part.get("image_url") if isinstance(part, dict) else None
            if isinstance(image, dict) and image.get("url") in known:
                image["url"] = known[image["url"]]
    return messages


def load_yaml(data: bytes) -> object:
    """Texts, lists, objects and None. Raises ValueError."""
    import yaml  # 20 ms

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    building = _Building()
    try:
        for event in yaml.parse(data, Loader=loader):
            building.take(type(event).__name__, getattr(event, "value", None))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = getattr(error, "problem", None) or str(error)
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}{' '.join(str(reason).split())}") from error
    return building.root


class _Building:
    """Builds values from the events of the parser."""

    def __init__(self) -> None:
        self.root: object = None
        self._open: list[Any] = []  # lists and objects, from the outermost
        self._keys: list[Any] = []  # of the open objects: the key that waits for its value
        self._is_begun = False

    def take(self, event: str, value: str | None) -> None:
        match event:
            case "ScalarEvent":
                self._add(None if value in _NULLS else value)
            case "SequenceStartEvent":
                self._enter([])
            case "MappingStartEvent":
                self._enter({})
            case "SequenceEndEvent" | "MappingEndEvent":
                self._open.pop()
                self._keys.pop()
            case "AliasEvent":
                raise ValueError("aliases are not read")
            case "DocumentStartEvent" if self._is_begun:
                raise ValueError("there is more than one document")

    def _enter(self, value: object) -> None:
        if len(self._open) >= MOST_NESTED:
            raise ValueError("nested too deeply")
        self._add(value)
        self._open.append(value)
        self._keys.append(None)

    def _add(self, value: object) -> None:
        self._is_begun = True
        if not self._open:
            self.root = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        elif self._keys[-1] is None:
            self._keys[-1] = (value if isinstance(value, str) else repr(value)[:40],)
        else:
            self._open[-1][self._keys[-1][0]] = value
            self._keys[-1] = None
