"""The models that a server lists: all pages of them, and lists that are none."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from receiving import use
from server import Reply, ScriptedServer, error_reply, json_reply
from streamchat.core.errors import ApiError

DEEP: Any = json.loads("[" * 300 + "]" * 300)


def page(*ids: str, **fields: object) -> Reply:
    return json_reply({"data": [{"id": id, "type": "model"} for id in ids], **fields})


@pytest.mark.parametrize(
    ("pages", "ids", "asked_after"),
    [
        ([page("a", "b", has_more=True, last_id="b"), page("c", has_more=False)], "abc", "b"),
        ([page("a", "b", has_more=True, last_id=None), page("c")], "abc", "b"),
        ([page("a", has_more=True), page("b", has_more=True), page()], "ab", "ab"),
        ([page("a", "b", has_more=True)] * 2, "ab", "b"),  # it does not know `after_id`
        ([page("a", has_more=[])], "a", ""),
        ([page()], "", ""),
        ([page("a", x=DEEP)], "a", ""),
        ([json_reply({"data": [7, {"id": 7}, {"id": "a"}, None, {"id": ""}]})], "a", ""),
    ],
)
def test_all_pages_are_read(
    server: ScriptedServer, pages: list[Reply], ids: str, asked_after: str
) -> None:
    server.enqueue_at("/v1/models", *pages)
    assert [model.id for model in use(server, lambda api: api.models())] == list(ids)
    after = [received.query.get("after_id") for received in server.requests]
    assert after == [None, *asked_after]


def test_a_list_without_an_end_is_given_up(server: ScriptedServer) -> None:
    pages = (page(str(number), has_more=True) for number in range(200))
    server.enqueue_at("/v1/models", *pages)
    assert len(use(server, lambda api: api.models())) == 100


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (json_reply([]), "is malformed"),
        (json_reply({"models": []}), "does not list its models"),
        (Reply((b"hello",)), "is malformed"),
        (Reply((b"hello",), headers={"content-type": "application/json"}), "is malformed"),
        (json_reply({"data": [{"id": "a", "x": DEEP}]}), "is malformed"),
        (json_reply({"detail": "Not Found"}, status=404), "no Messages API at"),
        (error_reply(500), "The server failed (500)"),
    ],
)
def test_what_is_no_list_is_one_line(server: ScriptedServer, reply: Reply, says: str) -> None:
    server.enqueue_at("/v1/models", reply)
    with pytest.raises(ApiError, match=re.escape(says)) as failed:
        use(server, lambda api: api.models())
    assert "\n" not in failed.value.message


@pytest.mark.parametrize("count", [10**400, -1, 1.5, "many", None, [1]])
def test_a_limit_that_is_no_count_is_unknown(server: ScriptedServer, count: object) -> None:
    server.enqueue_at("/v1/models/a", json_reply({"id": "a", "max_input_tokens": count}))
    info = use(server, lambda api: api.model("a"))
    assert info is not None
    assert info.max_input_tokens is None
