"""A conversation as one HTML page: no script, no external resource, nothing fetched.

A content security policy in the page says so too, but nothing depends on it: text is escaped,
what was typed is literal, answers pass through `prose`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from streamchat.core.formatting import format_price
from streamchat.core.sanitize import clean_line, clean_prose, clean_title
from streamchat.core.schema import format_value
from streamchat.export.document import Attached, Document, Said
from streamchat.export.page import STYLE
from streamchat.export.prose import format_html, is_safe, link

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")


def as_page(document: Document) -> str:
    """The whole document."""
    title = escape(clean_title(document.title))
    turns = "\n".join(_turn(said, document.when(said.at)) for said in document.said)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>
<header class="page">
<h1 dir="auto">{title}</h1>
<p>{escape(_summary(document))}</p>
</header>
<main>
{turns}
</main>
</body>
</html>
"""


def _summary(document: Document) -> str:
    asked = sum(said.role == "user" for said in document.said)
    models = dict.fromkeys(clean_line(said.model) for said in document.said if said.model)
    count = f"{asked} question" if asked == 1 else f"{asked} questions"
    return " · ".join(filter(None, [document.when(document.created), *models, count]))


def _turn(said: Said, time: str) -> str:
    kind = "assistant" if said.role == "assistant" else "user"
    names = {"user": "You", "system": "System prompt"}
    who = names.get(said.role) or clean_line(said.model) or "Assistant"
    body = "\n".join(filter(None, _parts(said)))
    return f"""\
<article class="{kind}">
<div class="by"><h2>{escape(who)}</h2>{_price(said)}{_time(said.at, time)}</div>
{body}
</article>"""


def _price(said: Said) -> str:
    if said.cost_usd is None:
        return ""
    return f'<span class="price">{escape(format_price(said.cost_usd))}</span>'


def _time(at: str, words: str) -> str:
    return f'<time datetime="{escape(clean_line(at))}">{escape(words)}</time>' if words else ""


def _parts(said: Said) -> Iterator[str]:
    for each in said.attached:
        yield _attachment(each)
    if said.thinking:
        yield (
            "<details><summary>Thinking</summary>"
            f'<div class="typed" dir="auto">{escape(clean_prose(said.thinking))}</div>'
            "</details>"
        )
    if said.role != "assistant" and said.text.strip():
        yield f'<div class="typed" dir="auto">{escape(clean_prose(said.text))}</div>'
    elif said.text.strip():
        text = format_value(said.text) if said.is_value else said.text
        yield f'<div class="prose" dir="auto">\n{format_html(text)}</div>'
    if said.interrupted:
        yield '<p class="note">Interrupted.</p>'


def _attachment(attached: Attached) -> str:
    name = clean_line(attached.name)
    if attached.media_type in _PICTURES and _BASE64.fullmatch(attached.data):
        source = f"data:{attached.media_type};base64,{attached.data}"
        return f'<p><img alt="{escape(name or "picture")}" src="{source}"></p>'
    label = clean_line(attached.kind)
    if is_safe(name):
        return f'<p class="attached">{escape(label)} {link(name, name)}</p>'
    return f'<p class="attached">{escape(f"{label} {name}".strip())}</p>'
