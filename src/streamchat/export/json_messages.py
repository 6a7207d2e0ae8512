"""The `messages` list that any client of the Messages API takes."""

from __future__ import annotations

import json

from streamchat.core.conversation import Conversation
from streamchat.export.document import start_of_last


def as_messages(conversation: Conversation, *, replies: int | None) -> str:
    """As it would be sent now, but without thinking: its signatures are valid only with the
    original system prompt and account, and the list has neither."""
    messages = conversation.request_messages(thinking=False)
    start = start_of_last([message.role for message in messages], replies)
    data = [message.to_wire() for message in messages[start:]]
    text = json.dumps(data, ensure_ascii=False, indent=1)
    if not _is_encodable(text):  # half of an emoji, which only an escape can carry
        text = json.dumps(data, indent=1)
    return f"{text}\n"


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
