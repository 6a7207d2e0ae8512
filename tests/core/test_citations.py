"""The web's tools, and the marks and sources of what was found."""

from typing import Any

import pytest

from fakes import RecordingView
from streamchat.app.view_wrappers import WithSources
from streamchat.core.capabilities import ModelFacts, facts_by_table
from streamchat.core.citations import Citations, cited_text
from streamchat.core.events import BlockStarted, BlockStopped, TextDelta
from streamchat.core.messages import text_block
from streamchat.core.ports import Ending
from streamchat.core.web import (
    WEB_VERSIONS,
    Web,
    build_web_tools,
    most_searches,
    tool_error,
)
from work import calls_during


def types(model: str, age: int = 0) -> tuple[object, ...]:
    return tuple(
        tool["type"] for tool in build_web_tools(Web(), facts_by_table(model), age=age)
    )


def test_the_newest_tools_are_asked_for_and_older_ones_where_they_are_refused() -> None:
    for age, version in enumerate(WEB_VERSIONS):
        assert types("claude-next", age) == (version.search, version.fetch)
    oldest = WEB_VERSIONS[-1].search, WEB_VERSIONS[-1].fetch
    assert types("claude-haiku-4-5") == types("claude-next", 9) == oldest


@pytest.mark.parametrize(
    ("searches", "filters", "version"),
    [(True, True, 0), (True, False, 2), (True, None, 0), (None, None, 0), (False, True, None)],
)
def test_the_capabilities_of_the_model_choose_the_version(
    searches: bool | None,
    filters: bool | None,
    version: int | None,
) -> None:
    said = {
        "server_tools": {"web_search": {"supported": searches}},
        "code_execution": {"supported": filters},
    }
    tools = build_web_tools(Web(), ModelFacts.read("m", {"capabilities": said}))
    wanted = [] if version is None else [WEB_VERSIONS[version].search]
    assert [tool["type"] for tool in tools[:1]] == wanted


def test_the_table_knows_old_models_where_the_server_says_nothing() -> None:
    assert ModelFacts.read("claude-haiku-4-5", {}).filters_web is False
    said = {"capabilities": {"code_execution": {"supported": True}}}
    assert ModelFacts.read("claude-haiku-4-5", said).filters_web is True


def test_all_searches_that_may_be_made_are_counted() -> None:
    assert most_searches(build_web_tools(Web(3), ModelFacts("m"))) == 3
    assert most_searches(()) == 0


def test_limits_domains_and_a_place_are_sent_only_if_they_are_set() -> None:
    search, fetch = build_web_tools(Web(2), ModelFacts("m"))
    newest = WEB_VERSIONS[0].search
    assert search == {"type": newest, "name": "web_search", "max_uses": 2}
    assert fetch["citations"] == {"enabled": True}
    web = Web(3, allowed=("example.com",), location=(("country", "DE"),))
    search, fetch = build_web_tools(web, ModelFacts("m"))
    assert (search["max_uses"], search["allowed_domains"]) == (3, ["example.com"])
    assert search["user_location"] == {"type": "approximate", "country": "DE"}
    assert fetch["allowed_domains"] == ["example.com"]
    assert "user_location" not in fetch
    [search, _] = build_web_tools(Web(blocked=("a.org",)), ModelFacts("m"))
    assert search["blocked_domains"] == ["a.org"]


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (
            {
                "type": "web_search_tool_result",
                "content": {"type": "x", "error_code": "max_uses_exceeded"},
            },
            "searching failed: the limit for one answer is reached",
        ),
        (
            {"type": "web_fetch_tool_result", "content": {"error_code": "new_error"}},
            "reading the page failed: new error",
        ),
        (
            {
                "type": "code_execution_tool_result",
                "content": {"error_code": "execution_time_exceeded"},
            },
            "running code failed: execution time exceeded",
        ),
        ({"type": "web_search_tool_result", "content": []}, ""),
        ({"type": "text", "content": {"error_code": "x"}}, ""),
        ({"type": "web_search_tool_result", "content": {"error_code": 3}}, ""),
        (None, ""),
    ],
)
def test_an_error_of_a_tool_is_a_line(block: object, line: str) -> None:
    assert tool_error(block) == line


# Citations


def found(url: object, title: object = "A page") -> dict[str, Any]:
    return {"type": "web_search_result_location", "url": url, "title": title}


def cited(text: str, *citations: object) -> dict[str, Any]:
    return {**text_block(text), "citations": list(citations)}


def test_sources_are_numbered_once_in_the_order_of_their_marks() -> None:
    text = cited_text(
        [
            cited("One", found("https://b.org/"), found("https://a.org/x y")),
            text_block(", two"),
            cited(", three", found("https://a.org/x y"), found("https://b.org/")),
            {"type": "server_tool_use", "name": "web_search"},
        ]
    )
    assert text == (
        "One[1][2], two, three[2][1]"
        "\n\n1. [A page](https://b.org/)\n2. [A page](https://a.org/x%20y)\n"
    )


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["The sea. \n\n", "Next"], "The sea.[1] \n\nNext"),
        (["The sea", "(2020)"], "The sea[1]\\(2020)"),
        (["The sea ", "(2020)"], "The sea[1] (2020)"),
    ],
)
def test_a_mark_stands_behind_the_words_and_is_no_link(texts: list[str], shown: str) -> None:
    url = {"type": "web_search_result_location", "url": "https://a.example", "title": "A"}
    blocks = [cited(texts[0], url), text_block(texts[1])]
    sources = "\n\n1. [A](https://a.example)\n"
    assert cited_text(blocks) == shown + sources
    for starts in (False, True):
        view = RecordingView()
        wrapped = WithSources(view)
        for block in blocks:
            if starts:
                wrapped.feed(BlockStarted(0, "text"))
            for character in block["text"]:
                wrapped.feed(TextDelta(character))
            wrapped.feed(BlockStopped(0, block))
        wrapped.close(Ending.COMPLETE, None, 0.0)
        assert view.text == shown + sources


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("1. One\n2. Two", "\n\nSources:"),
        ("- One\n\n  still one", "\n\nSources:"),
        ("1. One\n\nThe end", ""),
        ("2024 was dry", ""),
    ],
)
def test_sources_are_no_items_of_a_list_before_them(text: str, head: str) -> None:
    for pieces in ([text], list(text)):
        citations = Citations()
        shown = [citations.text(piece) for piece in pieces]
        shown += [citations.end_block(cited(text, found("https://a.org"))), citations.list()]
        assert "".join(shown) == f"{text}[1]{head}\n\n1. [A page](https://a.org)\n"


@pytest.mark.parametrize(
    ("blocks", "shown"),
    [
        (["```py\nprint(1)\n", "```\nend"], "```py\nprint(1)\n```\n[1]\nend"),
        (["```\na\n```", "\n\nend"], "```\na\n```\n[1]\n\nend"),
        (["```\na\n```", ""], "```\na\n```\n[1]"),
        (["~~~py", "\na\n~~~\n"], "~~~py\na\n~~~\n[1]\n"),
        (["- x\n  ```\n  a\n", "  ```\n- y"], "- x\n  ```\n  a\n  ```\n  [1]\n- y\n\nSources:"),
        (["> ```\n> a\n> ```", "\n\nb"], "> ```\n> a\n> ```\n> [1]\n\nb"),
        (["````\n```\n", "a\n````\nb"], "````\n```\na\n````\n[1]\nb"),
        (["$$\na\n$$", "\n\nb"], "$$\na\n$$\n[1]\n\nb"),
        (["```\na", ""], "```\na\n```\n[1]"),
        (["- ```\n  a", ""], "- ```\n  a\n  ```\n  [1]\n\nSources:"),
        (["``` a ``` b", " c"], "``` a ``` b[1] c"),
        (["| a | b |", "\n| c"], "| a | b[1] |\n| c"),
        (["| a | b |\n", "| c"], "| a | b[1] |\n| c"),
        (["a |", " b"], "a |[1] b"),
        (["| a \\|", " b"], "| a \\|[1] b"),
    ],
)
def test_a_mark_breaks_neither_code_nor_a_row(blocks: list[str], shown: str) -> None:
    end = "\n\n1. [A page](https://a.org)\n"
    for cut in (str, list):
        citations = Citations()
        first = "".join(map(citations.text, cut(blocks[0]) if cut is list else [blocks[0]]))
        first += citations.end_block(cited(blocks[0], found("https://a.org")))
        rest = "".join(map(citations.text, cut(blocks[1])))
        assert first + rest + citations.end_block() + citations.list() == shown + end


@pytest.mark.parametrize("piece", [" ", "\n", "| "])
def test_endless_blanks_are_shown_and_not_held(piece: str) -> None:
    citations = Citations()
    shown = [len(citations.text(piece)) for _ in range(1000)]
    held = len(piece) * 1000 - sum(shown)
    assert held <= 80
    assert len(citations.end_block()) == held


def test_text_without_citations_is_as_it_came() -> None:
    text = "| a |\n\n```py\nx |\n```\n\n> ```\n1. z (\n$$\n"
    citations = Citations()
    shown = "".join(map(citations.text, text)) + citations.end_block() + citations.list()
    assert shown == text


def test_documents_name_their_place() -> None:
    page = {"document_title": "r.pdf", "start_page_number": 3, "end_page_number": 4}
    pages = {"document_title": "r.pdf", "start_page_number": 3, "end_page_number": 6}
    part = {"document_title": "notes", "start_block_index": 0, "end_block_index": 1}
    characters = {"start_char_index": 10, "end_char_index": 20}
    citations = Citations()
    marks = citations.end_block(cited("x", page, pages, page, part, characters))
    assert marks == "[1][2][3][4]"
    assert citations.list() == (
        "\n\n1. r.pdf, page 3\n2. r.pdf, pages 3–5\n3. notes, part 1\n"
        "4. document, characters 11–20\n"
    )


@pytest.mark.parametrize(
    "citation",
    [found("javascript:alert(1)"), found(3), found(None), None, 3, [], {"url": ""}, {}],
)
def test_what_is_no_citation_leaves_no_mark(citation: object) -> None:
    assert cited_text([cited("x", citation)]) == "x"
    assert cited_text([{**text_block("x"), "citations": citation}]) == "x"


def test_titles_and_addresses_cannot_end_their_link_nor_reach_the_terminal() -> None:
    hostile = found("https://a.org/(x)>\x1b[2J", "a](https://evil.example) \x1b]0;x\x07 `b`")
    text = cited_text([cited("x", hostile)])
    assert "\x1b" not in text
    assert "\\](https" in text
    assert "<https://a.org/(x)%3E" in text


def test_lines_without_a_fence_cost_nothing_each() -> None:
    assert calls_during(lambda: Citations().text("a\n" * 10_000)) < 100
