"""Applies a changed setting to a running chat. A setting that is not in the table cannot change
during a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from streamchat.app.prompt_cache import choose_ttl
from streamchat.app.repl import Repl
from streamchat.app.session import Session
from streamchat.cli.live_server import LiveServer
from streamchat.cli.run import Run, read_appearance
from streamchat.cli.short_names import build_model_names
from streamchat.cli.wiring import build_budget, build_web
from streamchat.cli.wiring.prompt import read_prompt_settings
from streamchat.config.load import read_prompt_file
from streamchat.core.settings import Settings
from streamchat.core.settings.resolve import PREFERENCES
from streamchat.core.theme import Appearance


class HasAppearance(Protocol):
    """Whatever shows the answers."""

    appearance: Appearance


@dataclass(frozen=True, slots=True)
class Chat:
    """The parts of a chat that settings change."""

    session: Session
    repl: Repl
    server: LiveServer
    screen: HasAppearance | None = None


ApplySetting: TypeAlias = Callable[[Chat, Run], None]


def _field(name: str) -> ApplySetting:
    """A setting that the session has under the same name."""
    return lambda chat, run: setattr(chat.session, name, getattr(run.settings, name))


def _preference(name: str) -> ApplySetting:
    return lambda chat, run: setattr(
        chat.session.preferences, name, getattr(run.settings, name)
    )


def _model(chat: Chat, run: Run) -> None:
    if run.settings.model != chat.session.conversation.model:
        chat.session.change_model(run.settings.model)


def _system(chat: Chat, run: Run) -> None:
    settings, session = run.settings, chat.session
    system = settings.system
    if settings.system_file:
        system = read_prompt_file(run.env.cwd / settings.system_file)
    session.record(session.conversation.configure(system=system))


def _web(chat: Chat, run: Run) -> None:
    chat.session.web_setup = build_web(run.settings)
    chat.session.web = chat.session.web_setup if run.settings.web else None


def _cap(chat: Chat, run: Run) -> None:
    chat.session.budget.cap_usd = run.settings.max_cost_usd


def _day_cap(chat: Chat, run: Run) -> None:
    chat.session.budget.day_cap_usd = run.settings.max_cost_day_usd


def _prices(chat: Chat, run: Run) -> None:
    chat.session.budget.price = build_budget(run).price


def _names(chat: Chat, run: Run) -> None:
    chat.session.model_names = build_model_names(run.settings, run.paths, run.env)


def _titles(chat: Chat, run: Run) -> None:
    chat.repl.names_by_itself = run.settings.auto_title


def _extra(chat: Chat, run: Run) -> None:
    chat.session.extra = dict(run.settings.request)


def _cache(chat: Chat, run: Run) -> None:
    session, ttl = chat.session, run.settings.cache_ttl
    session.cache = not run.settings.no_caching
    session.choose_ttl = lambda: choose_ttl(ttl, session)


def _prompt(chat: Chat, run: Run) -> None:
    chat.session.prompt = read_prompt_settings(run)


def _look(chat: Chat, run: Run) -> None:
    if chat.screen is not None:
        chat.screen.appearance = read_appearance(run.settings)


def _retries(chat: Chat, run: Run) -> None:
    chat.repl.retry_policy = replace(chat.repl.retry_policy, retries=run.settings.retries)


def _schema(chat: Chat, run: Run) -> None:
    from streamchat.cli.schema import build_shape

    text = run.settings.schema
    chat.session.shape = build_shape(run, text) if text else None


def _server(chat: Chat, run: Run) -> None:
    chat.server.switch(run)


# The server comes first: if it is refused, nothing has changed.
OF_THE_SERVER = frozenset(
    {"base_url", "platform", "headers", "custom_headers", "allow_http", "full_sdk"}
    | {"api_key", "auth_token", "api_key_command", "idle_deadline_s", "deadline_s"}
)
_FIELDS = ("citations", "effort", "fallback", "max_tokens", "stop", "thinking")
APPLIED: Mapping[str, ApplySetting] = {
    **{name: _preference(name) for name in PREFERENCES},
    **dict.fromkeys(sorted(OF_THE_SERVER), _server),
    "model": _model,
    "aliases": _names,
    "auto_title": _titles,
    "schema": _schema,
    "request": _extra,
    "retries": _retries,
    "max_cost_usd": _cap,
    "max_cost_day_usd": _day_cap,
    "prices": _prices,
    **{name: _field(name) for name in _FIELDS},
    **dict.fromkeys(("system", "system_file"), _system),
    **dict.fromkeys(("web", "web_allow", "web_block", "web_max_uses", "web_location"), _web),
    **dict.fromkeys(("cache_ttl", "no_caching"), _cache),
    **dict.fromkeys(("keys", "enter", "key_bindings", "menu", "favorite_models"), _prompt),
    **dict.fromkeys(("theme", "background", "prose_width"), _look),
}


def apply_settings(chat: Chat, before: Settings, run: Run) -> None:
    """Apply every setting that has changed. Raises StreamchatError."""
    after = run.settings
    changed = {
        name for name in APPLIED if getattr(before, name, None) != getattr(after, name, None)
    }
    if before.credentials != after.credentials:
        changed.add("api_key")
    for act in dict.fromkeys(act for name, act in APPLIED.items() if name in changed):
        act(chat, run)
