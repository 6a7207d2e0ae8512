"""An answer's Markdown as HTML that can do nothing but be read.

Rules: HTML in the answer is text; a link goes to http, https or mailto or is text; a
picture becomes a link; what decoding brings forth (entities) is sanitised like the rest.
Must not know pages or conversations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from streamchat.core.sanitize import clean, clean_line
from streamchat.export.colours import coloured

DEEPEST = 100  # containers in containers; markdown-it leaves deeper text out
_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\[\]]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?*_~)"
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}


def format_html(source: str) -> str:
    """The answer's Markdown, rendered."""
    parser = _parser()
    env: dict[str, Any] = {}
    tokens = parser.parse(clean(source), env)
    for token in tokens:
        _make_safe(token)
        if token.children:
            token.children = list(_with_links(parser, token.children))
    return str(parser.renderer.render(tokens, parser.options, env))


def is_safe(url: str) -> bool:
    """Whether a link may lead there."""
    return _SAFE.match(url) is not None


def link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}" rel="noopener noreferrer nofollow">{escape(text)}</a>'


def code_block(code: str, info: str) -> str:
    language = info.split(maxsplit=1)[0] if info.strip() else ""
    label = f'<div class="lang">{escape(clean_line(language))}</div>' if language else ""
    return (
        f'<div class="code">{label}<pre><code>{coloured(code, language)}</code></pre></div>\n'
    )


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = is_safe  # type: ignore[method-assign]
    for name, rule in (("fence", _fence), ("code_block", _fence), ("image", _image)):
        parser.add_render_rule(name, rule)
    return parser


def _make_safe(token: Token) -> None:
    for each in (token, *(token.children or ())):
        each.content = clean(each.content)
        each.tag = _HEADINGS.get(each.tag, each.tag)
        if "title" in each.attrs:
            each.attrs["title"] = clean_line(str(each.attrs["title"]))
        if each.type == "link_open":
            each.attrs["rel"] = "noopener noreferrer nofollow"
        alignment = str(each.attrs.pop("style", ""))
        if alignment.endswith(("right", "center")):
            each.attrs["class"] = alignment.rpartition(":")[2]


def _with_links(parser: MarkdownIt, tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, with addresses that stand in plain text made links."""
    inside = 0
    for token in tokens:
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or inside or "://" not in token.content:
            yield token
        else:
            yield from _linked(parser, token.content)


def _linked(parser: MarkdownIt, text: str) -> Iterator[Token]:
    done = 0
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_AFTER_ADDRESS)
        end = match.start() + len(address)
        yield Token("text", "", 0, content=text[done : match.start()])
        attrs: dict[str, str | int | float] = {
            "href": parser.normalizeLink(address),
            "rel": "noopener noreferrer nofollow",
        }
        yield Token("link_open", "a", 1, attrs=attrs)
        yield Token("text", "", 0, content=address)
        yield Token("link_close", "a", -1)
        done = end
    yield Token("text", "", 0, content=text[done:])


def _fence(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    _options: Mapping[str, Any],
    _env: Mapping[str, Any],
) -> str:
    return code_block(tokens[at].content, tokens[at].info)


def _image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: Any,
    env: Any,
) -> str:
    """Never fetched: a link with its alternative text."""
    token = tokens[at]
    text = clean(renderer.renderInlineAsText(token.children or [], options, env))
    url = str(token.attrs.get("src", ""))
    return link(url, f"[picture: {text or url}]")
