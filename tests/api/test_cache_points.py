"""Where the prompt cache gets its points."""

from __future__ import annotations

import pytest

from streamchat.api.params import with_cache_points

POINT = {"type": "ephemeral"}
LONG = "x" * 3072


def document(text: str) -> dict[str, object]:
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "title": "a.txt"}


def text(words: str) -> dict[str, object]:
    return {"type": "text", "text": words}


def said(*blocks: dict[str, object], role: str = "user") -> dict[str, object]:
    return {"role": role, "content": list(blocks)}


def marked(block: dict[str, object], point: dict[str, str] = POINT) -> dict[str, object]:
    return {**block, "cache_control": point}


def test_a_short_request_has_the_point_of_the_last_turn_alone() -> None:
    params = {"system": "Be brief.", "messages": [said(document("short"), text("hi"))]}
    assert with_cache_points(params, "5m") == {**params, "cache_control": POINT}


def test_a_long_system_prompt_has_a_point_of_its_own() -> None:
    params = {"system": LONG, "messages": [said(text("hi"))]}
    assert with_cache_points(params, "1h") == {
        "system": [marked(text(LONG), {"type": "ephemeral", "ttl": "1h"})],
        "messages": [said(text("hi"))],
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
    }


@pytest.mark.parametrize(
    "attached",
    [
        document(LONG),
        {"type": "image", "source": {"type": "base64", "data": LONG}},
        {"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}},
    ],
    ids=["text", "image", "address"],
)
def test_the_last_long_attachment_has_one_too(attached: dict[str, object]) -> None:
    early = said(document(LONG), text("first"))
    answer = said(text("yes"), role="assistant")
    late = said(document("short"), attached, text("second"))
    messages = [early, answer, late, answer, said(text("third"))]
    found = with_cache_points({"messages": messages}, "5m")
    assert found["messages"] == [
        early,
        answer,
        said(document("short"), marked(attached), text("second")),
        answer,
        said(text("third")),
    ]


def test_what_is_given_is_not_changed() -> None:
    messages = [said(document(LONG))]
    with_cache_points({"messages": messages}, "5m")
    assert messages == [said(document(LONG))]


def test_a_system_message_at_the_end_has_a_point_before_it() -> None:
    told = said(text("Be brief."), role="system")
    messages = [said(document(LONG), text("hi")), told]
    found = with_cache_points({"messages": messages}, "5m")
    assert found["messages"] == [said(document(LONG), marked(text("hi"))), told]
    assert found["cache_control"] == POINT
