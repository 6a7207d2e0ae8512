"""The web: the search and fetch tools that run on the server, and their parameters.

Pure. The names of the tools are the API's (anthropic.types.WebSearchTool…Param).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from streamchat.core.capabilities import ModelFacts
from streamchat.core.messages import JsonObject


@dataclass(frozen=True, slots=True)
class WebVersion:
    """The types of the two tools. With `filters`, the model runs code that filters what was
    found; not every model can (see `ModelFacts.filters_web`)."""

    search: str
    fetch: str
    filters: bool


# Newest first. A version that the server refuses is replaced by the next one.
WEB_VERSIONS = (
    WebVersion("web_search_20260318", "web_fetch_20260318", filters=True),
    WebVersion("web_search_20260209", "web_fetch_20260309", filters=True),
    WebVersion("web_search_20250305", "web_fetch_20250910", filters=False),
)
_NAMES = ("type", "name")
MOST_USES = 8  # of each tool in an answer, unless the user says otherwise

_TOOLS = {
    "web_search_tool_result": "searching",
    "web_fetch_tool_result": "reading the page",
}
_ERRORS = {
    "max_uses_exceeded": "the limit for one answer is reached",
    "too_many_requests": "too many requests at once",
    "query_too_long": "the query is too long",
    "unavailable": "it is not available now",
    "url_not_accessible": "the server cannot reach it",
    "url_not_allowed": "the site is not allowed",
    "url_not_in_prior_context": "the address was not mentioned before",
    "url_too_long": "the address is too long",
    "unsupported_content_type": "the page has no text",
    "content_too_large": "the page is too large",
}


@dataclass(frozen=True, slots=True)
class Web:
    """What a model may do on the web. At most one of the two lists of domains may be given;
    `location` is the API's object without its type."""

    max_uses: int = MOST_USES
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    location: tuple[tuple[str, str], ...] = ()

    def format_setting(self) -> str:
        """on, only example.com"""
        if self.allowed:
            return f"on, only {', '.join(self.allowed)}"
        return f"on, without {', '.join(self.blocked)}" if self.blocked else "on"


def build_web_tools(
    web: Web | None, facts: ModelFacts, *, age: int = 0, cites: bool = True
) -> tuple[JsonObject, ...]:
    """The tools of a request to that model; none if it takes none. `age` counts the newer
    versions that the server refused. Without `cites`, pages are not cited: the server refuses
    that together with a schema."""
    if web is None or facts.searches_web is False:
        return ()
    taken = [
        each for each in WEB_VERSIONS if facts.filters_web is not False or not each.filters
    ]
    version = taken[min(age, len(taken) - 1)]
    common: JsonObject = {"max_uses": web.max_uses}
    if web.allowed:
        common["allowed_domains"] = list(web.allowed)
    elif web.blocked:
        common["blocked_domains"] = list(web.blocked)
    search = {"type": version.search, "name": "web_search", **common}
    if web.location:
        search["user_location"] = {"type": "approximate", **dict(web.location)}
    fetch = {"type": version.fetch, "name": "web_fetch", **common}
    return search, {**fetch, **({"citations": {"enabled": True}} if cites else {})}


def describe_tools(tools: Iterable[JsonObject]) -> tuple[str, ...]:
    """Each tool with all its parameters, as the conversation records it: a signature of
    thinking covers them."""
    return tuple(
        f"{tool['type']} {json.dumps({k: v for k, v in tool.items() if k not in _NAMES})}"
        for tool in tools
    )


def most_searches(tools: Iterable[JsonObject]) -> int:
    """How many searches an answer with these tools may cost."""
    counts = (tool.get("max_uses") for tool in tools if tool.get("name") == "web_search")
    return sum(count for count in counts if isinstance(count, int))


def tool_error(block: object) -> str:
    """Why a search or a fetch failed, as a line; "" for a result without error."""
    if not isinstance(block, dict) or not str(block.get("type")).endswith("_tool_result"):
        return ""
    content = block.get("content")
    code = content.get("error_code") if isinstance(content, dict) else None
    if not isinstance(code, str):
        return ""
    what = _TOOLS.get(str(block["type"]), "running code")
    return f"{what} failed: {_ERRORS.get(code, code.replace('_', ' '))}"
