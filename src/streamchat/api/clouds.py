"""Claude on a cloud platform, through the SDK's own client for it.

Region, project and credentials come from the cloud's own variables and files, as its own tools
read them. Rule: the key of Anthropic's API is never sent to a cloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from streamchat.core.errors import ConfigError

if TYPE_CHECKING:
    import httpx2
    from anthropic import AsyncAnthropic


@dataclass(frozen=True, slots=True)
class Cloud:
    """`needs` is the library that the SDK requires, installed by its `extra`.
    `event_stream` is the content type of a reply. `faults` are the exceptions of that
    library, by module and name."""

    name: str
    client: str
    needs: str | None = None
    extra: str = ""
    event_stream: str = "text/event-stream"
    faults: tuple[tuple[str, str], ...] = ()


CLOUDS: Mapping[str, Cloud] = {
    "bedrock": Cloud(
        "Amazon Bedrock",
        "AsyncAnthropicBedrock",
        "boto3",
        "bedrock",
        "application/vnd.amazon.eventstream",
        (
            ("botocore.exceptions", "BotoCoreError"),
            ("botocore.eventstream", "ParserError"),
        ),
    ),
    "vertex": Cloud(
        "Google Vertex AI",
        "AsyncAnthropicVertex",
        "google.auth",
        "vertex",
        faults=(("google.auth.exceptions", "GoogleAuthError"),),
    ),
    "foundry": Cloud("Microsoft Foundry", "AsyncAnthropicFoundry"),
}


def has_own_framing(platform: str | None) -> bool:
    """Whether a reply comes in the cloud's own frames, which the SDK's client for it reads."""
    return platform is not None and CLOUDS[platform].event_stream != "text/event-stream"


def require_library(platform: str) -> None:
    """Raises ConfigError when the library for the cloud is not installed."""
    cloud = CLOUDS[platform]
    if cloud.needs and not _is_installed(cloud.needs):
        raise ConfigError(
            f"platform {platform} needs {cloud.needs}: pip install 'anthropic[{cloud.extra}]'"
        )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent package is missing too
        return False


def cloud_client(
    platform: str, base_url: str | None, headers: Mapping[str, str], http: httpx2.AsyncClient
) -> AsyncAnthropic:
    """The SDK's client for the cloud. It lacks some methods, which `Connection` does not
    use."""
    import anthropic

    make: Any = getattr(anthropic, CLOUDS[platform].client)
    given = {"base_url": base_url} if base_url else {}
    client = make(max_retries=0, default_headers=dict(headers), http_client=http, **given)
    return cast("AsyncAnthropic", client)


def cloud_faults(platform: str | None) -> tuple[type[Exception], ...]:
    """The exceptions, besides the SDK's own, for a cloud that cannot be used."""
    if platform is None:
        return ()
    named = [getattr(_module(path), name, None) for path, name in CLOUDS[platform].faults]
    return (RuntimeError, *(fault for fault in named if fault is not None))


def _module(path: str) -> object:
    import importlib

    try:
        return importlib.import_module(path)
    except ImportError:
        return None
