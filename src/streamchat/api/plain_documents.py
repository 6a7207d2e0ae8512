"""Text documents as text, for models that are not known to read documents.

Ollama and llama.cpp drop blocks of the type `document` without a word, and vLLM refuses them
(by their sources, 2026-11); all of them read text. A document that is to be cited stays one:
only a server that reads documents can cite them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamchat.core.messages import JsonObject


def without_documents(message: JsonObject) -> JsonObject:
    """The message of a request, its text documents as text."""
    return {**message, "content": [_plain(block) for block in message["content"]]}


def _plain(block: Mapping[str, Any]) -> JsonObject:
    match block:
        case {"citations": _}:
            return dict(block)
        case {"type": "document", "source": {"type": "text", "data": str(text)}}:
            names = (name for name in ("title", "context") if block.get(name))
            said = "".join(f' {name}="{_quotable(block[name])}"' for name in names)
            return {"type": "text", "text": f"<document{said}>\n{text}\n</document>\n"}
    return dict(block)


def _quotable(name: object) -> str:
    return str(name).replace('"', "'")
