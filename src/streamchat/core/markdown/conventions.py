"""Conventions of answers that CommonMark reads as plain text: check boxes, alerts, and HTML
that structures a page.

The terminal and the exports read them here. Each depends on one leaf alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from streamchat.core.markdown.leaves import Item, Leaf, Paragraph, Quote

Task: TypeAlias = Literal["☐", "☑", ""]
AlertKind: TypeAlias = Literal["note", "tip", "important", "warning", "caution"]

_task = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_alert = re.compile(r"\[!([A-Za-z]+)\][+-]?[ \t]*([^\n]*)(?:\n|\Z)")
_ALERTS: Mapping[str, AlertKind] = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "example", "quote"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "done"), "tip"),
    **dict.fromkeys(("important", "question", "help", "faq", "todo"), "important"),
    **dict.fromkeys(("warning", "attention"), "warning"),
    **dict.fromkeys(("caution", "danger", "error", "failure", "bug"), "caution"),
}

_details = re.compile(r"</?details(?:\s[^<>]*)?>|</summary\s*>", re.IGNORECASE)
_summary = re.compile(r"<summary(?:\s[^<>]*)?>", re.IGNORECASE)
_break = re.compile(r"<br\s*/?>", re.IGNORECASE)


def split_task(leaf: Leaf) -> tuple[Task, str]:
    """The check box that a paragraph begins an item with, and the text after it."""
    if not isinstance(leaf.block, Paragraph):
        return "", ""
    text = leaf.block.text
    if not leaf.opens or not isinstance(leaf.path[-1], Item):
        return "", text
    box = _task.match(text)
    if box is None:
        return "", text
    return "☐" if box[1] == " " else "☑", text[box.end() :]


class Alert(NamedTuple):
    kind: AlertKind
    title: str
    text: str  # what follows in the same paragraph


def read_alert(leaf: Leaf) -> Alert | None:
    """The alert that a quote begins with: `> [!WARNING]`."""
    if not leaf.opens or not isinstance(leaf.path[-1], Quote):
        return None
    if not isinstance(leaf.block, Paragraph):
        return None
    text = leaf.block.text
    match = _alert.match(text)
    if match is None or match[1].lower() not in _ALERTS:
        return None
    title = match[2].strip() or match[1].capitalize()
    return Alert(_ALERTS[match[1].lower()], title, text[match.end() :])


class HtmlText(NamedTuple):
    """The visible lines of a line of HTML. A summary is Markdown."""

    lines: tuple[str, ...]
    is_summary: bool


def read_html_line(text: str) -> HtmlText:
    """`<details>` and `<br>` by themselves are not seen."""
    is_summary = _summary.search(text) is not None
    if not is_summary and not _details.search(text) and not _break.search(text):
        return HtmlText((text,), is_summary=False)
    text = _details.sub("", _summary.sub("", text))
    first, *others = _break.split(text)
    lines = (line for line in (first, *map(str.lstrip, others)) if line.strip())
    return HtmlText(tuple(map(str.strip, lines) if is_summary else lines), is_summary)
