"""Documents for models that are not known to read them."""

from __future__ import annotations

import pytest

from streamchat.api.params import prompt_params
from streamchat.core.messages import Block, Message, Request, text_block

TEXT: Block = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "One.\n"},
    "title": 'my "notes".md',
    "context": "Fetched.",
}
AS_TEXT = text_block(
    '<document title="my \'notes\'.md" context="Fetched.">\nOne.\n\n</document>\n'
)
CITED: Block = {**TEXT, "citations": {"enabled": True}}
PDF: Block = {"type": "document", "source": {"type": "base64", "data": "JVBERi0="}}


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("claude-sonnet-5-5", [TEXT, CITED, PDF, text_block("hi")]),
        ("eu.anthropic.Claude-x", [TEXT, CITED, PDF, text_block("hi")]),
        ("llama3:8b", [AS_TEXT, CITED, PDF, text_block("hi")]),
    ],
)
def test_only_claude_is_sent_a_text_as_a_document(model: str, sent: list[Block]) -> None:
    message = Message("user", (TEXT, CITED, PDF, text_block("hi")))
    [found] = prompt_params(Request(model=model, messages=(message,), max_tokens=9))["messages"]
    assert found == {"role": "user", "content": sent}
