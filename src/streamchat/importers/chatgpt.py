"""The conversations.json of a ChatGPT export.

Each conversation has `title`, `create_time`, `current_node` and `mapping`: a tree of nodes by
id, each with `parent`, `children` and maybe a `message` (`author.role`, `content`,
`create_time`, `metadata.model_slug`). All branches are kept. It takes the texts, the code that
the model ran and its output, and images if the zip has them. It leaves out hidden messages,
reasoning and the results of other tools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from streamchat.core.conversation import Conversation
from streamchat.core.foreign_blocks import fenced, not_imported
from streamchat.core.messages import Block, Role, text_block
from streamchat.importers.building import (
    ForeignConversation,
    ForeignMessage,
    ImportFault,
    build_conversation,
    name_conversation,
    parents_first,
    read_time,
    text_of,
)
from streamchat.importers.loading import UnreadableElement

FindImage: TypeAlias = Callable[[str], Block | None]
"""The image that a pointer like file-service://file-abc names."""

_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant", "tool": "user"}
_HIDDEN = frozenset(
    {
        *("user_editable_context", "model_editable_context", "thoughts", "reasoning_recap"),
        *("tether_browsing_display", "sonic_webpage"),
    }
)


def read_chatgpt(
    loaded: Sequence[object], *, model: str, find_image: FindImage
) -> Iterator[Conversation | ImportFault]:
    """The conversations that contain a message, and a fault for each damaged one."""
    for number, item in enumerate(loaded, 1):
        try:
            conversation = _conversation(item, model, find_image)
        except ValueError as error:
            yield ImportFault(f"{name_conversation(number, item, 'title')}: {error}")
            continue
        if conversation.turn_count:
            yield conversation


def _conversation(item: object, model: str, find_image: FindImage) -> Conversation:
    if isinstance(item, UnreadableElement):
        raise ValueError(item.reason)
    if not isinstance(item, dict):
        raise ValueError("not an object")
    mapping = item.get("mapping")
    if not isinstance(mapping, dict):
        raise ValueError("mapping is not an object")
    if not mapping:
        raise ValueError("it holds no message")
    source = ForeignConversation(
        "ChatGPT",
        text_of(item, "conversation_id") or text_of(item, "id") or _identity(item),
        title=text_of(item, "title"),
        created=read_time(item.get("create_time")),
        head=text_of(item, "current_node"),
    )
    items = [_item(id, node, find_image) for id, node in mapping.items()]
    return build_conversation(source, parents_first(items), model=model)


def _identity(item: Mapping[str, object]) -> str:
    """Old exports give conversations no id."""
    return f"{text_of(item, 'title')} {item.get('create_time')!r:.40}"


def _item(id: str, node: object, find_image: FindImage) -> ForeignMessage:
    if not isinstance(node, dict):
        raise ValueError("a node of the mapping is not an object")
    message = node.get("message")
    message = message if isinstance(message, dict) else {}
    author, about = _object(message, "author"), _object(message, "metadata")
    role = _ROLES.get(text_of(author, "role"))
    content: tuple[Block, ...] = ()
    if role is not None and not about.get("is_visually_hidden_from_conversation"):
        is_tool = text_of(author, "role") == "tool"
        content = tuple(
            _content(_object(message, "content"), find_image, is_tool=is_tool, role=role)
        )
    return ForeignMessage(
        id,
        text_of(node, "parent") or None,
        role or "user",
        content,
        at=read_time(message.get("create_time")),
        model=(text_of(about, "model_slug") or None) if role == "assistant" else None,
    )


def _object(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _content(
    content: Mapping[str, object], find_image: FindImage, *, is_tool: bool, role: Role
) -> Iterator[Block]:
    kind = text_of(content, "content_type")
    text = text_of(content, "text")
    if kind in _HIDDEN:
        return
    if kind == "code":
        language = text_of(content, "language")
        yield text_block(fenced(text, "" if language == "unknown" else language))
    elif kind == "execution_output":
        yield text_block(f"[output]\n{fenced(text)}" if text.strip() else "")
    elif kind == "tether_quote" or text:
        yield text_block("" if is_tool else text)
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            yield _part(part, find_image, role=role)
        elif isinstance(part, str) and not is_tool:
            yield text_block(part)


def _part(part: Mapping[str, object], find_image: FindImage, *, role: Role) -> Block:
    pointer = text_of(part, "asset_pointer")
    if pointer and text_of(part, "content_type").startswith("image"):
        image = find_image(pointer) if role == "user" else None
        return image or text_block(not_imported("an image"))
    if pointer or text_of(part, "content_type").endswith("asset_pointer"):
        return text_block(not_imported("a recording"))
    return text_block(text_of(part, "text"))
