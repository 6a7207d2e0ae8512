"""The web: the search and fetch tools that run on the server, and their parameters.

Pure. The names of the tools are the API's (anthropic.types.WebSearchTool…Param).
"""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.core.messages import JsonObject

# Newest first. A version that the server refuses is replaced by the next one.
SEARCH_VERSIONS = ("web_search_20260318", "web_search_20260209", "web_search_20250305")
FETCH_VERSIONS = ("web_fetch_20260318", "web_fetch_20260309", "web_fetch_20250910")
# Models that accept only the oldest version, by the start of their ids.
_OLD_MODELS = (
    *("claude-3", "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5"),
    *("claude-sonnet-4-2", "claude-sonnet-4-5", "claude-haiku-4-5"),
)

_SEARCH_ERRORS = {
    "max_uses_exceeded": "the limit of searches is reached",
    "too_many_requests": "too many searches at once",
    "query_too_long": "the query is too long",
    "unavailable": "the search is not available",
    "url_not_accessible": "the page cannot be read",
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

    max_uses: int | None = None
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    location: tuple[tuple[str, str], ...] = ()

    def format_setting(self) -> str:
        """on, only example.com"""
        if self.allowed:
            return f"on, only {', '.join(self.allowed)}"
        return f"on, without {', '.join(self.blocked)}" if self.blocked else "on"


def build_web_tools(web: Web, model: str, *, age: int = 0) -> tuple[JsonObject, ...]:
    """The tools of a request. `age` counts the newer versions that the server refused."""
    oldest = len(SEARCH_VERSIONS) - 1
    version = oldest if model.startswith(_OLD_MODELS) else min(age, oldest)
    common: JsonObject = {}
    if web.max_uses is not None:
        common["max_uses"] = web.max_uses
    if web.allowed:
        common["allowed_domains"] = list(web.allowed)
    elif web.blocked:
        common["blocked_domains"] = list(web.blocked)
    search = {"type": SEARCH_VERSIONS[version], "name": "web_search", **common}
    if web.location:
        search["user_location"] = {"type": "approximate", **dict(web.location)}
    fetch = {"type": FETCH_VERSIONS[version], "name": "web_fetch", **common}
    return search, {**fetch, "citations": {"enabled": True}}


def tool_error(block: object) -> str:
    """Why a search or a fetch failed, as a line; "" for a result without error."""
    if not isinstance(block, dict) or not str(block.get("type")).endswith("_tool_result"):
        return ""
    content = block.get("content")
    code = content.get("error_code") if isinstance(content, dict) else None
    if not isinstance(code, str):
        return ""
    what = "reading the page" if "fetch" in str(block["type"]) else "searching"
    return f"{what} failed: {_SEARCH_ERRORS.get(code, code.replace('_', ' '))}"
