"""Who is asked, with which key, and what is said when there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from receiving import CANARY, receive, receive_from
from server import (
    ScriptedServer,
    error_reply,
    text_reply,
)
from streamchat.api import Server
from streamchat.core.errors import NO_CREDENTIALS, NoPermission


def test_the_key_goes_out_in_both_headers_to_hosts_that_are_not_the_default(
    server: ScriptedServer,
) -> None:
    server.enqueue(text_reply("a"))
    receive_from(Server(server.base_url, api_key=f" {CANARY}\n", headers={"X-Team": "a"}))
    headers = server.posts[0].headers
    assert headers["authorization"] == f"Bearer {CANARY}"
    assert headers["x-api-key"] == CANARY
    assert headers["x-team"] == "a"


def test_a_token_is_sent_as_bearer_only(server: ScriptedServer) -> None:
    server.enqueue(text_reply("a"))
    receive_from(Server(server.base_url, auth_token="token"))
    headers = server.posts[0].headers
    assert headers["authorization"] == "Bearer token"
    assert "x-api-key" not in headers


def test_another_host_without_a_key_gets_none_not_even_one_the_sdk_would_find(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", CANARY)
    server.enqueue(text_reply("a"))
    received = receive_from(Server(server.base_url))
    assert received.text == "a"
    assert {"authorization", "x-api-key"}.isdisjoint(server.posts[0].headers)


@pytest.mark.parametrize("header", ["Authorization", "x-api-key"])
def test_a_profiles_own_authorisation_is_enough(server: ScriptedServer, header: str) -> None:
    server.enqueue(text_reply("a"))
    receive_from(Server(server.base_url, headers={header: CANARY}))
    assert server.posts[0].headers[header.lower()] == CANARY


def test_the_token_that_the_sdk_finds_is_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "found")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)  # else it goes to Anthropic
    server.enqueue(text_reply("a"))
    assert receive_from(Server()).text == "a"
    assert server.posts[0].headers["authorization"] == "Bearer found"


def test_the_profile_that_the_sdk_finds_is_used(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = {"authentication": {"type": "user_oauth"}, "base_url": server.base_url}
    tokens = {"type": "oauth_token", "version": "1.0", "access_token": "from-profile"}
    for folder, data in (("configs", profile), ("credentials", tokens)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "work.json").write_text(json.dumps(data))
        (tmp_path / folder / "work.json").chmod(0o600)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "work")
    server.enqueue(text_reply("a"))
    received = receive_from(Server())
    assert received.error is None
    assert server.posts[0].headers["authorization"] == "Bearer from-profile"


def test_a_profile_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_PROFILE", "absent")
    error = receive_from(Server()).error
    assert isinstance(error, NoPermission)
    assert error.message.startswith("The credentials cannot be used: ")
    assert "absent" in error.message


def test_no_key_anywhere_says_how_to_get_going() -> None:
    error = receive_from(Server()).error
    assert isinstance(error, NoPermission)
    assert error.kind == NO_CREDENTIALS
    assert all(
        hint in error.message for hint in ("ANTHROPIC_API_KEY", "on a terminal: asks", "--demo")
    )
    assert len(error.message.splitlines()) == 4  # what is wrong, and three ways out


@pytest.mark.parametrize("key", ["sk-ant-a\nb", "sk-ant-é", "sk-ant a", "sk-ant-\x1b"])
def test_a_key_that_no_header_can_carry_is_refused_in_words(
    server: ScriptedServer, key: str
) -> None:
    error = receive_from(Server(server.base_url, api_key=key)).error
    assert isinstance(error, NoPermission)
    assert error.message.startswith("The API key has a line break, a space or a foreign")
    assert "sk-ant" not in error.message
    assert server.requests == []


def test_a_server_that_repeats_the_key_does_not_get_it_shown(server: ScriptedServer) -> None:
    said = f"bad key {CANARY}, Bearer abcdefgh12345, sk-ant-other"
    server.enqueue(error_reply(401, said))
    error = receive(server.base_url).error
    assert error is not None
    assert "bad key [redacted], Bearer [redacted], [redacted]" in error.message
    assert "canary" not in repr(error) + repr(Server(server.base_url, api_key=CANARY))


def test_a_short_key_is_a_word_and_not_hidden() -> None:
    assert Server(api_key="k", auth_token=" none ").secrets == ()
    assert Server(api_key=" sk-secret \n").secrets == ("sk-secret",)
