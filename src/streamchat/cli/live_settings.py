"""The settings of a chat that runs (ports.Configuration): shown, changed, saved.

Rules: a change goes through the same reading as a flag, and nothing changes where that fails.
What was changed by a command of its own (/effort, /model) counts as set in this chat. What
cannot change while a chat runs can only be saved for the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from streamchat.app.prompt_cache import choose_ttl
from streamchat.app.repl import Repl
from streamchat.app.session import Session
from streamchat.cli.build import build_run
from streamchat.cli.run import Run, read_appearance, require_theme
from streamchat.cli.wiring import build_budget, build_web
from streamchat.config import read_prompt_file
from streamchat.core.errors import UsageError
from streamchat.core.formatting import escape_markdown
from streamchat.core.settings import Given, Origin, Settings, SettingSource
from streamchat.core.settings.changes import COMMAND, Change, find_key, read_change
from streamchat.core.settings.report import describe_value, setting_rows
from streamchat.core.theme import Appearance

_LONGEST_SHOWN = 60
_IN_THIS_CHAT = Origin(SettingSource.FLAG, "this chat")


class Looks(Protocol):
    """What shows the answers."""

    appearance: Appearance


@dataclass(slots=True)
class LiveSettings:
    """`run` is as it was started, with what was changed since. Without a screen, nothing
    has looks."""

    run: Run
    session: Session
    repl: Repl
    screen: Looks | None = None

    def describe(self) -> str:
        """See ports.Configuration. What the user set comes last, next to the prompt."""
        rows = list(setting_rows(self._now()))
        usual = [row for row in rows if row[2] == "default"]
        chosen = [row for row in rows if row[2] != "default"]
        parts = [_table(usual), *([_table(map(self._short, chosen))] if chosen else [])]
        return "\n\n".join([*parts, f"`{COMMAND} KEY VALUE` sets one, `--save` keeps it.\n"])

    def explain(self, key: str) -> str:
        """See ports.Configuration."""
        option, name, _ = find_key(key)
        shown = [self._short(row) for row in setting_rows(self._now()) if row[0] == name]
        about = option.help[0].upper() + option.help[1:]
        return f"{_table(shown)}\n\n{about}. It takes: {describe_value(option)}.\n"

    def change(self, key: str, text: str) -> str:
        """See ports.Configuration."""
        change = self._read(key, text)
        if change.option.name not in _DURING_A_CHAT:
            raise UsageError(
                f"{change.key} cannot change during a chat. Add --save to set it for the next"
                " start."
            )
        self._give(change)
        return f"{key} is {_quotation(change, text)} until you leave; --save keeps it."

    def take_back(self, key: str) -> str:
        """See ports.Configuration."""
        option, name, _ = find_key(key)
        given = dict(self.run.invocation.flags.given)
        if option.name not in given or given[option.name].name != COMMAND:
            raise UsageError(f"{name} was not set by {COMMAND}.")
        del given[option.name]
        self._adopt(option.name, self._run_with(given))
        return f"{name} is what it was."

    def save(self, key: str, text: str | None) -> str:
        """See ports.Configuration."""
        from streamchat.config.saving import save_setting  # tomlkit: 50 ms

        option, name, entry = find_key(key)
        place = self._place_of_file()
        section = self._section(option.name)
        keys = (*section, name, entry) if entry else (*section, name)
        if text is None:
            save_setting(self.run.paths, keys, None)
            return f"{key} is no longer in {place}. It counts at the next start."
        change = self._read(key, text)
        save_setting(self.run.paths, keys, change.value)
        if change.option.name in _DURING_A_CHAT:
            self._give(change)
        where = f"{place}, profile {section[1]}" if section else place
        return f"{key} is {_quotation(change, text)}, saved in {where}.{self._stronger(change)}"

    def _read(self, key: str, text: str) -> Change:
        """The change, if the settings as a whole allow it."""
        change = read_change(key, text, self.run.settings, self.run.env.environ)
        changed = self._run_with(self._given_with(change))
        require_theme(changed.settings)
        return change

    def _give(self, change: Change) -> None:
        self._adopt(change.option.name, self._run_with(self._given_with(change)))

    def _given_with(self, change: Change) -> dict[str, Given]:
        return {**self.run.invocation.flags.given, change.option.name: change.given}

    def _run_with(self, given: Mapping[str, Given]) -> Run:
        flags = replace(self.run.invocation.flags, given=given)
        return build_run(replace(self.run.invocation, flags=flags), self.run.env)

    def _adopt(self, name: str, run: Run) -> None:
        _DURING_A_CHAT[name](self, run)
        self.run = run

    def _section(self, name: str) -> tuple[str, ...]:
        """Where a setting is written: in the profile, if that is what sets it now."""
        profile = self.run.settings.origins.get(name)
        return ("profiles", profile.profile) if profile and profile.profile else ()

    def _stronger(self, change: Change) -> str:
        """What comes before config.toml at the next start."""
        given = dict(self.run.invocation.flags.given)
        given.pop(change.option.name, None)
        origins = self._run_with(given).settings.origins
        origin = origins.get(change.option.name)
        if origin is None or origin.source in (SettingSource.CONFIG, SettingSource.DEFAULT):
            return ""
        return f" At the next start, {origin} comes before it."

    def _now(self) -> Settings:
        """The settings, with what commands changed in the session."""
        settings, session = self.run.settings, self.session
        live: dict[str, Any] = {
            "model": session.conversation.model,
            "system": session.conversation.system,
            "effort": session.effort,
            "thinking": session.thinking,
            "max_tokens": session.max_tokens,
            "web": session.web is not None,
            "max_cost_usd": session.budget.cap_usd,
        }
        changed = {
            name: value for name, value in live.items() if value != getattr(settings, name)
        }
        if settings.system_file:
            changed.pop("system", None)
        origins = {**settings.origins, **dict.fromkeys(changed, _IN_THIS_CHAT)}
        return replace(settings, **changed, origins=origins)

    def _short(self, row: tuple[str, str, str]) -> tuple[str, str, str]:
        name, value, origin = row
        return name, value, origin.replace(f"{self.run.env.home}/", "~/")

    def _place_of_file(self) -> str:
        return str(self.run.paths.config_file).replace(f"{self.run.env.home}/", "~/")


def _quotation(change: Change, text: str) -> str:
    is_short = text.isprintable() and len(text) <= _LONGEST_SHOWN
    return text if is_short and not change.option.secret else "set"


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    lines = ["| setting | value | from |", "|---|---|---|"]
    lines += [f"| {' | '.join(map(escape_markdown, row))} |" for row in rows]
    return "\n".join(lines)


_Adopt = Callable[[LiveSettings, Run], None]


def _field(name: str) -> _Adopt:
    """A setting that the session has under the same name."""
    return lambda live, run: setattr(live.session, name, getattr(run.settings, name))


def _model(live: LiveSettings, run: Run) -> None:
    if run.settings.model != live.session.conversation.model:
        live.session.change_model(run.settings.model)


def _system(live: LiveSettings, run: Run) -> None:
    settings, session = run.settings, live.session
    system = settings.system
    if settings.system_file:
        system = read_prompt_file(run.env.cwd / settings.system_file)
    session.record(session.conversation.configure(system=system))


def _web(live: LiveSettings, run: Run) -> None:
    live.session.web = build_web(run.settings) if run.settings.web else None


def _budget(live: LiveSettings, run: Run) -> None:
    budget, new = live.session.budget, build_budget(run)
    budget.cap_usd, budget.day_cap_usd, budget.price = new.cap_usd, new.day_cap_usd, new.price


def _extra(live: LiveSettings, run: Run) -> None:
    live.session.extra = dict(run.settings.request)


def _cache(live: LiveSettings, run: Run) -> None:
    session, ttl = live.session, run.settings.cache_ttl
    session.cache = not run.settings.no_caching
    session.choose_ttl = lambda: choose_ttl(ttl, session)


def _look(live: LiveSettings, run: Run) -> None:
    if live.screen is not None:
        live.screen.appearance = read_appearance(run.settings)


def _retries(live: LiveSettings, run: Run) -> None:
    live.repl.patience = replace(live.repl.patience, retries=run.settings.retries)


def _schema(live: LiveSettings, run: Run) -> None:
    from streamchat.cli.schema import build_shape

    text, cwd, config_dir = run.settings.schema, run.env.cwd, run.paths.config_dir
    live.session.shape = build_shape(text, cwd=cwd, config_dir=config_dir) if text else None


_DURING_A_CHAT: Mapping[str, _Adopt] = {
    "model": _model,
    "schema": _schema,
    "request": _extra,
    "retries": _retries,
    **{name: _field(name) for name in ("effort", "fallback", "max_tokens", "stop", "thinking")},
    **dict.fromkeys(("system", "system_file"), _system),
    **dict.fromkeys(("web", "web_allow", "web_block", "web_max_uses", "web_location"), _web),
    **dict.fromkeys(("max_cost_usd", "max_cost_day_usd", "prices"), _budget),
    **dict.fromkeys(("cache_ttl", "no_caching"), _cache),
    **dict.fromkeys(("theme", "background", "prose_width"), _look),
}
