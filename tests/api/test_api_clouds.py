"""The clouds' clients: which is made, with what, and what is said when one cannot be."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from types import ModuleType

import pytest

from receiving import CANARY, Received, receive_from
from server import ScriptedServer, text_reply
from streamchat.api import ApiClient, Server
from streamchat.api.clouds import CLOUDS, cloud_faults, require_library
from streamchat.api.faults import translate
from streamchat.core.errors import ApiError, ConfigError, CutOff, ExitStatus, Unconfigured
from streamchat.core.options import KEYS


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cloud of whoever runs this is asked, and no library of one is there."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEARER_TOKEN_BEDROCK", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CLOUD_ML_REGION", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("boto3", "botocore", "google.auth"):
        monkeypatch.setitem(sys.modules, name, None)


def client_of(server: Server) -> object:
    """The SDK's client that is made for it."""

    async def make() -> object:
        async with aclosing(ApiClient(server)) as api:
            await api.ready()
            assert api._connection is not None
            return api._connection._client

    return asyncio.run(make())


def failure(server: Server) -> ApiError:
    error = receive_from(server).error
    assert error is not None
    return error


def test_every_platform_of_the_settings_is_a_cloud() -> None:
    assert set(KEYS["platform"].choices) == set(CLOUDS)


@pytest.mark.parametrize(
    ("platform", "variables", "host"),
    [
        ("bedrock", {"AWS_REGION": "eu-west-1"}, "bedrock-runtime.eu-west-1.amazonaws.com"),
        (
            "vertex",
            {"CLOUD_ML_REGION": "europe-west1", "ANTHROPIC_VERTEX_PROJECT_ID": "p"},
            "europe-west1-aiplatform.googleapis.com",
        ),
        (
            "foundry",
            {"ANTHROPIC_FOUNDRY_RESOURCE": "ada", "ANTHROPIC_FOUNDRY_API_KEY": "k"},
            "ada.services.ai.azure.com",
        ),
    ],
)
def test_the_clouds_own_variables_say_where(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], host: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = client_of(Server(platform=platform))
    assert type(client).__name__ == CLOUDS[platform].client
    assert client.base_url.host == host  # type: ignore[attr-defined]
    assert client.max_retries == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("bedrock", "platform bedrock needs boto3: pip install 'anthropic[bedrock]'"),
        ("vertex", "platform vertex needs google.auth: pip install 'anthropic[vertex]'"),
    ],
)
def test_a_missing_library_is_named_with_what_installs_it(platform: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        require_library(platform)
    assert str(caught.value) == line


def test_a_library_that_is_there_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", module("boto3"))
    require_library("bedrock")
    require_library("foundry")  # wants none


def module(name: str, **contents: object) -> ModuleType:
    made = ModuleType(name)
    made.__spec__ = pytest.__spec__
    vars(made).update(contents)
    return made


@pytest.mark.parametrize(
    ("platform", "says"),
    [
        ("bedrock", "Amazon Bedrock cannot be asked: No AWS region was provided."),
        ("vertex", "Google Vertex AI cannot be asked: No region was given."),
        ("foundry", "Microsoft Foundry cannot be asked: Missing credentials."),
    ],
)
def test_what_a_cloud_lacks_is_one_line(platform: str, says: str) -> None:
    error = failure(Server(platform=platform))
    assert isinstance(error, Unconfigured)
    assert error.message.startswith(says)
    assert "\n" not in error.message
    assert (error.status, error.retryable) == (ExitStatus.CONFIG, False)


def test_what_the_clouds_own_library_raises_is_translated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class BotoCoreError(Exception):
        pass

    monkeypatch.setitem(sys.modules, "botocore", module("botocore"))
    exceptions = module("botocore.exceptions", BotoCoreError=BotoCoreError)
    monkeypatch.setitem(sys.modules, "botocore.exceptions", exceptions)
    assert cloud_faults("bedrock") == (RuntimeError, BotoCoreError)
    error = translate(BotoCoreError(f"no credentials in {CANARY}"), Server(platform="bedrock"))
    assert isinstance(error, Unconfigured)
    said = "Amazon Bedrock cannot be asked: no credentials in [redacted]."
    assert error.message == said
    assert cloud_faults("foundry") == (RuntimeError,)
    assert cloud_faults(None) == ()


def at_foundry(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_API_KEY", "foundrys-own")
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    return Server(server.base_url, platform="foundry", headers={"X-Team": "a"})


def test_a_cloud_answers_with_its_own_key_only(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.enqueue(text_reply("Hel", "lo"))
    received: Received = receive_from(at_foundry(server, monkeypatch))
    assert (received.text, received.error) == ("Hello", None)
    headers = server.posts[0].headers
    assert (headers["api-key"], headers["x-team"]) == ("foundrys-own", "a")
    assert CANARY not in str(headers)


def test_what_a_cloud_does_not_offer_is_said_or_unknown(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> None:
        async with aclosing(ApiClient(at_foundry(server, monkeypatch))) as api:
            assert await api.model("claude-sonnet-5-5") is None
            with pytest.raises(CutOff, match="does not list its models"):
                await api.models()

    asyncio.run(ask())
    assert server.requests == []
