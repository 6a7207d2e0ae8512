"""What other programs keep beside text, as blocks and texts of ours. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping

from streamchat.core.messages import Block

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MOST_RESULT = 20_000  # characters of a tool's result; a session may hold whole files
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)


def image_block(address: str) -> Block | None:
    """An image by its address on the web or as a data URL; None for any other."""
    if address.startswith(("https://", "http://")):
        return {"type": "image", "source": {"type": "url", "url": address}}
    found = _DATA_URL.match(address)
    return embedded(found[1].lower(), address[found.end() :]) if found else None


def embedded(media_type: str, data: str) -> Block | None:
    """An image or a PDF in base64; None for what the API does not take."""
    is_picture = media_type in PICTURES
    if not (is_picture or media_type == "application/pdf") or not _is_base64(data):
        return None
    source = {"type": "base64", "media_type": media_type, "data": data}
    return {"type": "image" if is_picture else "document", "source": source}


def _is_base64(data: str) -> bool:
    try:
        return bool(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return False


def not_imported(kind: object, name: object = "") -> str:
    """Stands for what cannot be imported."""
    called = f": {name}" if isinstance(name, str) and name else ""
    return f"[{kind} that was not imported{called}]\n"


def tool_call_text(name: object, arguments: object) -> str:
    """What a model asked a tool to do."""
    if isinstance(arguments, str):
        return f"[call of the tool {_name(name)}]\n{fenced(arguments, 'json')}"
    text = json.dumps(arguments, ensure_ascii=False, indent=1)
    return f"[call of the tool {_name(name)}]\n{fenced(text, 'json')}"


def tool_result_text(name: object, result: object) -> str:
    """What a tool answered, cut to what a person may want to read."""
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    if len(text) > MOST_RESULT:
        text = f"{text[:MOST_RESULT]}\n[… {len(text) - MOST_RESULT:,} characters more]"
    of = f" of the tool {_name(name)}" if name else ""
    return f"[result{of}]\n{fenced(text)}"


def _name(name: object) -> str:
    return name if isinstance(name, str) and name else "?"


def fenced(text: str, language: str = "") -> str:
    """A code block of Markdown that holds the text whatever is in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}\n"


def objects(data: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The objects in a list under a key; all else is left out."""
    found = data.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
