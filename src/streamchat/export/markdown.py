"""A conversation as Markdown: each turn verbatim under a heading with its role and time."""

from __future__ import annotations

import re

from streamchat.core.formatting import escape_markdown, format_price
from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import Heading
from streamchat.core.sanitize import clean_line, clean_title
from streamchat.core.schema import format_json
from streamchat.export.document import Document, Said


def as_markdown(document: Document) -> str:
    """The whole document."""
    parts = [f"# {escape_markdown(clean_title(document.title))}"]
    for said in document.said:
        parts += [
            _heading(said, document.when(said.at)),
            *(f"*[{_name(each)}]*" for each in _attachments(said)),
        ]
        if said.text.strip():
            text = format_json(said.text) if said.is_value else said.text
            parts.append(_closed(text.strip("\n")))
        if said.interrupted:
            parts.append("*(interrupted)*")
    return "\n\n".join(parts) + "\n"


def _heading(said: Said, time: str) -> str:
    role = {"user": "User", "system": "System prompt"}.get(said.role, "Assistant")
    price = format_price(said.cost_usd) if said.cost_usd is not None else ""
    about = ", ".join(filter(None, [escape_markdown(clean_line(said.model)), price]))
    return f"## {role}{f' ({about})' if about else ''}{f', {time}' if time else ''}"


def _attachments(said: Said) -> list[str]:
    return [f"{each.kind}: {each.name}" if each.name else each.kind for each in said.attached]


def _name(text: str) -> str:
    return escape_markdown(clean_line(text))


def _closed(text: str) -> str:
    """The text, with its last block closed: an open code block or comment would swallow what
    follows."""
    if _is_closed(text):
        return text
    runs = re.findall(r"^ {0,3}(`{3,}|~{3,})", text, re.MULTILINE)
    for end in (*sorted(runs, key=len, reverse=True), "-->"):
        if _is_closed(f"{text}\n{end}"):
            return f"{text}\n{end}"
    return text


def _is_closed(text: str) -> bool:
    parser = Blocks()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    leaves = [*parser.feed(f"{text}\n\n# next\n"), *parser.close()]
    return isinstance(leaves[-1].block, Heading)
