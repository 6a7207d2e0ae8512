"""A web search as the server would run it: its call, its results, an answer that cites them.

Nothing is looked up: the pages are made up and the addresses lead nowhere.
"""

from __future__ import annotations

from streamchat.core.messages import Block, JsonObject, text_block

_PAGES = (
    ("Tides - an introduction", "https://example.org/tides"),
    ("Why the sea is salt", "https://example.net/sea?page=2"),
)


def asks_for_web(body: JsonObject) -> bool:
    """Whether the request offers the search."""
    tools = body.get("tools")
    return isinstance(tools, list) and any(
        isinstance(tool, dict) and tool.get("name") == "web_search" for tool in tools
    )


def search_blocks(query: str) -> tuple[Block, ...]:
    """The content of an answer that searched for `query` and read one of the pages."""
    found = [
        {
            "type": "web_search_result",
            "title": title,
            "url": url,
            "encrypted_content": "ZGVtbw==",
            "page_age": None,
        }
        for title, url in _PAGES
    ]
    return (
        _call("srvtoolu_demo1", "web_search", query=query),
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_demo1", "content": found},
        _call("srvtoolu_demo2", "web_fetch", url=_PAGES[1][1]),
        {
            "type": "web_fetch_tool_result",
            "tool_use_id": "srvtoolu_demo2",
            "content": {
                "type": "web_fetch_tool_result_error",
                "error_code": "url_not_accessible",
            },
        },
        text_block(f"The demo searched for *{query}* and made two pages up. "),
        _cited("The sea rises twice a day", 0),
        text_block(", and it is salt because "),
        _cited("rivers carry salt into it and nothing carries it out", 0, 1),
        text_block(".\n\nWith a real key the sources are real."),
    )


def _call(id: str, name: str, **arguments: str) -> Block:
    return {"type": "server_tool_use", "id": id, "name": name, "input": arguments}


def _cited(text: str, *pages: int) -> Block:
    citations = [
        {
            "type": "web_search_result_location",
            "title": _PAGES[page][0],
            "url": _PAGES[page][1],
            "cited_text": text,
            "encrypted_index": "ZGVtbw==",
        }
        for page in pages
    ]
    return {**text_block(text), "citations": citations}
