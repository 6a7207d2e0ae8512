"""The SDK's client for one server: the half of the edge that needs the SDK.

`slim_import` imports this module, and with it the parts of the SDK that we use. There is one
HTTP client for everything, so a request uses the connection that was warmed up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import date
from types import ModuleType
from typing import Any, TypeVar

import httpx2
from anthropic import AsyncAnthropic, BaseModel, Omit

from streamchat.api.catalogue import ModelInfo, deprecation_line
from streamchat.api.clouds import CLOUDS, cloud_client
from streamchat.api.early_socket import EarlySocket
from streamchat.api.faults import list_faults, translate, without_secrets
from streamchat.api.params import prompt_params, reply_params, within_limit
from streamchat.api.reply_stream import ReplyStream, quieten
from streamchat.api.server import DEFAULT_BASE_URL, Deadlines, Server, checked, no_credentials
from streamchat.api.transport import build_http_client
from streamchat.api.wording import clean_line, sentence
from streamchat.core.errors import ApiError, CutOff, InvalidRequest, Unconfigured, Unreachable
from streamchat.core.events import Event
from streamchat.core.messages import Request, read_count

_TURNS_TO_CLOSE = 12  # of the event loop; two for each generator of a response, with a margin
_LARGEST_PAGE = 1000  # models; the API allows no more
_MOST_PAGES = 100  # of a server that never ends its list

T = TypeVar("T")

sdk_messages: ModuleType | None
try:  # not public in the SDK; only its table of retired models is used
    from anthropic.resources.messages import messages as sdk_messages
except ImportError:
    sdk_messages = None


class Connection:
    """The SDK's client and our requests to it. The constructor raises ApiError too."""

    def __init__(
        self, server: Server, deadlines: Deadlines, early: EarlySocket | None = None
    ) -> None:
        self._server = server
        self._deadlines = deadlines
        try:
            self._http = build_http_client(server, deadlines, early)
            self._client = _client(server, self._http)
        except list_faults(server) as fault:
            raise without_secrets(_unusable(fault, server), server) from fault

    def reply(self, request: Request, *, shows_raw: bool = True) -> AsyncGenerator[Event]:
        """The events of the reply to the request."""
        stream = ReplyStream(
            self._usable(),
            self._server,
            self._deadlines,
            reply_params(request),
            shows_raw=shows_raw,
        )
        return stream.events()

    async def count_tokens(self, request: Request) -> int:
        """The number of input tokens of the request, as the server counts them."""
        self._must_have("messages", "count_tokens", "does not count tokens")
        params = within_limit(prompt_params(request))
        counted = await self._call(
            lambda client: client.messages.count_tokens(**params), request.model
        )
        count = read_count(getattr(counted, "input_tokens", None))
        if count is None:
            raise CutOff(f"{self._server.host} does not count tokens.", kind="not_a_reply")
        return count

    async def models(self) -> list[ModelInfo]:
        """All models that the server lists, newest first."""
        self._must_have("models", "list", "does not list its models")
        found: dict[str, ModelInfo] = {}
        last: Any = Omit()
        for _ in range(_MOST_PAGES):
            news, has_more = await self._page(last)
            # A server that does not know `after_id` returns the same page again.
            has_more = has_more and not news.keys() <= found.keys()
            found |= news
            if not has_more:
                break
            last = list(news)[-1]
        return list(found.values())

    async def _page(self, after: Any) -> tuple[dict[str, ModelInfo], bool]:
        """The models after that one, by id, and whether there are more."""

        async def ask(client: AsyncAnthropic) -> tuple[dict[str, ModelInfo], bool] | None:
            page: Any = await client.models.list(limit=_LARGEST_PAGE, after_id=after)
            listed = getattr(page, "data", None)
            if not isinstance(listed, list):
                return None
            models = {info.id: info for info in map(_model_info, listed) if info}
            return models, getattr(page, "has_more", None) is True

        page = await self._call(ask)
        if page is None:
            raise CutOff(f"{self._server.host} does not list its models.", kind="not_a_reply")
        return page

    async def model(self, model: str) -> ModelInfo | None:
        """What the server says about the model; None if it has no such model."""
        if self._server.platform:
            return None  # clouds do not say

        async def ask(client: AsyncAnthropic) -> ModelInfo | None:
            return _model_info(await client.models.retrieve(model))

        try:
            return await self._call(ask, model)
        except InvalidRequest:
            return None

    async def aclose(self) -> None:
        await self._client.close()
        # httpx2 leaves its inner generators to the event loop, which closes each in a turn
        # of its own; the loop may end right after this.
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)

    async def _call(self, send: Callable[[AsyncAnthropic], Awaitable[T]], model: str = "") -> T:
        client = self._usable()
        try:
            async with asyncio.timeout(self._deadlines.idle_s) as timeout:
                quieten()
                return await send(client)
        except TimeoutError:
            if not timeout.expired():
                raise
            raise Unreachable(
                f"{self._server.host} gave no answer within {self._deadlines.idle_s:g} s.",
                kind="timeout",
                retryable=True,
            ) from None
        except list_faults(self._server) as fault:
            raise translate(fault, self._server, model or None) from fault

    def _must_have(self, resource: str, method: str, otherwise: str) -> None:
        """Raises CutOff if the client of a cloud lacks that method."""
        if not hasattr(getattr(self._client, resource, None), method):
            raise CutOff(f"{self._server.host} {otherwise}.", kind="not_a_reply")

    def _usable(self) -> AsyncAnthropic:
        """The client, if it has credentials. Raises NoPermission if not."""
        client = self._client
        if self._server.platform:
            return client  # the cloud's own library finds its credentials
        static = client.api_key is not None or client.auth_token is not None
        if static or client.credentials is not None or _authorises(self._server.headers):
            return client
        raise no_credentials()


def deprecation(model: str, *, today: date) -> str | None:
    """The line for a model in the SDK's table of retired models; None without the table."""
    table: Mapping[str, str] = getattr(sdk_messages, "DEPRECATED_MODELS", {})
    return deprecation_line(model, table.get(model), today=today)


def _authorises(headers: Mapping[str, Any]) -> bool:
    return not {"authorization", "x-api-key"}.isdisjoint(name.lower() for name in headers)


def _model_info(found: object) -> ModelInfo | None:
    data = found.to_dict(mode="json", warnings=False) if isinstance(found, BaseModel) else {}
    return ModelInfo.from_wire(data)


def _unusable(fault: Exception, server: Server) -> ApiError:
    """The error for a client that cannot be created: the URL, the proxy, a profile."""
    match fault:
        case ImportError() | OSError():
            why = sentence(clean_line(str(fault)))
            return Unreachable(f"No connection can be made: {why}", kind="configuration")
        case ValueError() if not isinstance(fault, httpx2.InvalidURL):
            name = CLOUDS[server.platform].name if server.platform else server.host
            return Unconfigured(f"{name} cannot be asked: {sentence(clean_line(str(fault)))}")
        case _:
            return translate(fault, server)


def _client(server: Server, http: httpx2.AsyncClient) -> AsyncAnthropic:
    if server.platform:
        return cloud_client(server.platform, server.base_url, server.headers, http)
    return _sdk_client(server, http)


def _sdk_client(server: Server, http: httpx2.AsyncClient) -> AsyncAnthropic:
    key = checked(server.api_key, "API key")
    token = None if key else checked(server.auth_token, "auth token")
    headers: dict[str, Any] = dict(server.headers)
    if not server.is_default:
        # Some compatible servers read only x-api-key. The credentials that the SDK finds by
        # itself are for Anthropic, so it must not look for them for another server.
        headers = {**({"x-api-key": key} if key else {}), **headers}
        if key is None and token is None:
            key = ""  # stops the SDK from looking for one
            if "authorization" not in map(str.lower, headers):
                headers["Authorization"] = Omit()
    return AsyncAnthropic(
        api_key=key,
        auth_token=token,
        profile=None if key is not None or token else server.profile,
        # Unless a host was chosen, a profile of the SDK may name its own.
        base_url=server.base_url or (DEFAULT_BASE_URL if key or token else None),
        max_retries=0,
        default_headers=headers,
        http_client=http,
        open_telemetry=False,  # a chat collects no spans
    )
