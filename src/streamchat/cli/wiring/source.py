"""Builds the source of replies: the server, or the demo's, and what its replies may show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from streamchat.app.event_log import LoggedSource
from streamchat.app.located_source import LocatedSource
from streamchat.cli.bug_report import open_event_log, write_bug_report
from streamchat.cli.run import Run
from streamchat.core.ports import Source
from streamchat.core.settings import (
    CredentialKind,
    SettingSource,
    choose_proxy,
    clouds_secrets,
    endpoint,
    masked,
    read_certificates,
)

if TYPE_CHECKING:
    from streamchat.api import ApiClient, Server
    from streamchat.app.session import Session

A_DAY_S = 86400.0  # stands for "no limit"


@contextmanager
def open_source(run: Run) -> Iterator[ApiClient]:
    """The server that answers. The demo server runs while this is entered."""
    from streamchat.api import Server

    if run.settings.demo:
        from streamchat.demo import DemoServer  # 20 ms

        with DemoServer() as demo:
            yield _api(run, Server(base_url=demo.base_url))
        return
    yield _api(run, build_server(run))


def _api(run: Run, server: Server) -> ApiClient:
    from streamchat.api import ApiClient, Deadlines

    idle = run.settings.idle_deadline_s or A_DAY_S
    thinking = max(idle, Deadlines().thinking_s)
    total = run.settings.deadline_s or None
    deadlines = Deadlines(idle_s=idle, thinking_s=thinking, total_s=total)
    return ApiClient(server, deadlines, full_sdk=run.settings.full_sdk)


def build_server(run: Run) -> Server:
    """Where requests are sent, by the rule of trust. Raises ConfigError."""
    from streamchat.api import Server, require_library

    end = endpoint(run.settings)
    credential = end.credential
    secret = credential.secret if credential else None
    is_chosen = run.settings.origins["base_url"].source is not SettingSource.DEFAULT
    is_token = credential is not None and credential.kind is CredentialKind.AUTH_TOKEN
    base_url = end.address.url if is_chosen else None
    proxy = choose_proxy(end.address, run.env.environ)
    certificates = read_certificates(run.env.environ)
    if end.platform:
        require_library(end.platform)
        headers = dict(end.headers)
        return Server(
            base_url,
            platform=end.platform,
            headers=headers,
            proxy=proxy,
            certificates=certificates,
            private=clouds_secrets(run.env.environ),
        )
    return Server(
        # Without a chosen host, a profile of the SDK may name one.
        base_url=base_url,
        api_key=None if is_token else secret,
        auth_token=secret if is_token else None,
        profile=end.sdk_profile,
        headers=dict(end.headers),
        proxy=proxy,
        certificates=certificates,
    )


async def advice_on(run: Run, source: ApiClient, model: str) -> str:
    """Advice about a model: that it will be retired, or was."""
    today = datetime.fromtimestamp(run.env.clock(), UTC).date()
    return await source.deprecation(model, today=today) or ""


def mask_keys(run: Run, session: Session, source: ApiClient) -> Source:
    """The source, with the keys of this session masked in what it replies, with the lines of
    what it cites, and with raw events only where somebody sees them."""
    prints_events = run.settings.output_format == "events"

    def shows_raw() -> bool:
        return prints_events or session.trace

    source.shows_raw = shows_raw
    log = open_event_log(run)
    session.write_bug_report = partial(write_bug_report, run, log)
    logged = LocatedSource(LoggedSource(source, log))
    keys = run.env.secrets.keys
    if not keys or run.settings.demo:
        return logged
    from streamchat.app.masked_source import MaskedSource

    return MaskedSource(logged, keys, masked)
