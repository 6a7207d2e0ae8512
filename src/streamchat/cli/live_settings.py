"""The settings of a running chat (ports.Configuration): shown, changed, saved.

Rules: a change goes through the same reading as a flag, and nothing changes where that fails. A
change by another command (/effort, /model) counts as set in this chat. A setting that cannot
change during a chat can only be saved for the next one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from streamchat.app.waiting import in_background
from streamchat.cli.apply_settings import APPLIED, OF_THE_SERVER, Chat, apply_settings
from streamchat.cli.build_run import rebuild_run, with_commanded_key
from streamchat.cli.choices import profile_choices, theme_choices
from streamchat.cli.run import Run, require_theme
from streamchat.core.errors import UsageError
from streamchat.core.ports import AppliedTemplate, Reader
from streamchat.core.settings import (
    Origin,
    RawValue,
    Settings,
    SettingSource,
    endpoint,
    needs_commanded_key,
)
from streamchat.core.settings.changes import COMMAND, Change, find_key, read_change
from streamchat.core.settings.report import describe_value, format_table, setting_rows
from streamchat.core.templates import Template
from streamchat.posix.signals import interruptible

if TYPE_CHECKING:
    from streamchat.cli.live_roles import Overlay

NO_PROFILE = "off"
_OF_A_PROFILE = frozenset({"base_url", "fallback", "model", "profile"})
_LONGEST_SHOWN = 60
_IN_THIS_CHAT = Origin(SettingSource.FLAG, "this chat")


@asynccontextmanager
async def changing_settings(
    run: Run, chat: Chat, before: Settings | None = None
) -> AsyncIterator[None]:
    """While entered, the settings of the chat can be changed. `before` are those of the
    session, if they are not those of the run."""
    apply_settings(chat, before or run.settings, run)
    settings = LiveSettings(run, chat)
    chat.session.configuration = settings
    chat.repl.before_request = settings.before_request
    chat.repl.names_by_itself = run.settings.auto_title
    try:
        yield
        with interruptible(chat.repl.stop_naming):
            await chat.repl.wait_for_title()
    finally:
        await chat.repl.end_naming()
        await chat.server.aclose()


@dataclass(slots=True)
class LiveSettings:
    """`run` is as it was started, with what was changed since."""

    run: Run
    chat: Chat
    overlay: Overlay | None = None  # the settings of a role in this chat

    def describe(self) -> str:
        """See ports.Configuration. What the user set comes last, next to the prompt."""
        rows = list(setting_rows(self._now()))
        usual = [row for row in rows if row[2] == "default"]
        chosen = [row for row in rows if row[2] != "default"]
        tables = [usual, [*map(self._short, chosen)]]
        parts = [format_table(each) for each in tables if each]
        return "\n\n".join([*parts, f"`{COMMAND} KEY VALUE` sets one, `--save` saves it.\n"])

    def explain(self, key: str) -> str:
        """See ports.Configuration."""
        option, name, _ = find_key(key)
        shown = [self._short(row) for row in setting_rows(self._now()) if row[0] == name]
        about = option.help[0].upper() + option.help[1:]
        return f"{format_table(shown)}\n\n{about}. It takes: {describe_value(option)}.\n"

    def change(self, key: str, text: str) -> str:
        """See ports.Configuration."""
        change = self._read(key, text)
        if change.key == "profile":
            return self.use_profile(text)
        if change.option.name not in APPLIED:
            raise UsageError(
                f"{change.key} cannot change during a chat. Add --save to set it for the next"
                " start."
            )
        self._give(change)
        return f"{key} is {_quotation(change, text)} until you leave; --save saves it."

    def take_back(self, key: str) -> str:
        """See ports.Configuration."""
        option, name, _ = find_key(key)
        values = dict(self.run.invocation.flags.values)
        if option.name not in values or values[option.name].name != COMMAND:
            raise UsageError(f"{name} was not set by {COMMAND}.")
        del values[option.name]
        self._apply(option.name, self._run_with(values))
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
            return f"{key} is no longer in {place}. This takes effect at the next start."
        change = self._read(key, text)
        save_setting(self.run.paths, keys, change.value)
        if change.option.name in APPLIED:
            self._give(change)
        where = f"{place}, profile {section[1]}" if section else place
        return f"{key} is {_quotation(change, text)}, saved in {where}.{self._stronger(change)}"

    # Models and looks

    async def models(self) -> list[tuple[str, str]]:
        """See ports.Configuration."""
        from streamchat.cli.model_list import model_choices, recent_models

        await self.before_request()
        models = await recent_models(self.run, self.chat.server.source)
        return model_choices(self.run, models, self.chat.session.model_names)

    @property
    def theme(self) -> str:
        """See ports.Configuration."""
        return self.run.settings.theme

    def themes(self) -> list[tuple[str, str]]:
        """See ports.Configuration."""
        return theme_choices()

    # Servers

    @property
    def profile(self) -> str | None:
        """See ports.Configuration."""
        return self.run.settings.profile

    def profiles(self) -> list[tuple[str, str]]:
        """See ports.Configuration."""
        return profile_choices(self.run.paths)

    def use_profile(self, name: str) -> str:
        """See ports.Configuration. What another command line chose counts no more."""
        self._refuse_in_the_demo()
        values = {
            each: text
            for each, text in self.run.invocation.flags.values.items()
            if each not in _OF_A_PROFILE
        }
        wanted = "" if name == NO_PROFILE else name
        self._take(self._run_with({**values, "profile": RawValue(wanted, "/profile")}))
        return self._answers_now()

    @property
    def role(self) -> str | None:
        """See ports.Configuration."""
        return self.run.settings.role

    def take_role(self, name: str | None, values: Mapping[str, str]) -> AppliedTemplate:
        """See ports.Configuration."""
        from streamchat.cli.live_roles import take_role  # only for these

        taken = take_role(self.chat, self.run, self._now(), self.overlay, name, values)
        self.run, self.overlay, settings = taken
        return settings

    def under_prompt(self, template: Template) -> AbstractContextManager[AppliedTemplate]:
        """See ports.Configuration."""
        from streamchat.cli.live_roles import under_prompt

        return under_prompt(self.chat, self.run, self._now(), template)

    async def log_in(self, reader: Reader) -> str:
        """See ports.Configuration."""
        from streamchat.cli.first_run import FirstRun, find_servers, list_models

        self._refuse_in_the_demo()
        servers = find_servers(self.run)
        login = FirstRun(self.run, rebuild_run, reader, list_models, servers, is_login=True)
        chosen = await login.choose()
        if chosen is None:
            return "Nothing has changed."
        self._take(chosen)
        return self._answers_now()

    def _refuse_in_the_demo(self) -> None:
        if self.run.settings.demo:
            raise UsageError("The demo has one server. Start streamchat without --demo.")

    def _answers_now(self) -> str:
        end = endpoint(self.run.settings)
        server = end.platform or end.address.host
        model = self.chat.session.conversation.model
        return "\n".join([f"{model} at {server} answers from now on.", *end.remarks])

    async def before_request(self) -> None:
        """Run `api_key_command` before the first request. Raises ConfigError,
        NoPermission."""
        if needs_commanded_key(self.run.settings):
            self.chat.repl.screen.notice("The key comes from api_key_command.")
            self._take(await in_background(lambda: with_commanded_key(self.run)))

    def _read(self, key: str, text: str) -> Change:
        """The change, if the settings as a whole allow it."""
        change = read_change(key, text, self.run.settings, self.run.env.environ)
        changed = self._run_with(self._values_with(change))
        require_theme(changed.settings)
        return change

    def _give(self, change: Change) -> None:
        self._apply(change.option.name, self._run_with(self._values_with(change)))

    def _values_with(self, change: Change) -> dict[str, RawValue]:
        return {**self.run.invocation.flags.values, change.option.name: change.raw}

    def _run_with(self, values: Mapping[str, RawValue]) -> Run:
        flags = replace(self.run.invocation.flags, values=values)
        return rebuild_run(replace(self.run.invocation, flags=flags), self.run.env)

    def _apply(self, name: str, run: Run) -> None:
        """Change only that setting, even if files have changed meanwhile."""
        before, after = self.run.settings, run.settings
        kept: dict[str, Any] = {}
        if name in OF_THE_SERVER:
            kept["credentials"] = after.credentials
        if hasattr(before, name):
            kept[name] = getattr(after, name)
            kept["origins"] = {**before.origins, name: after.origins[name]}
        self._take(replace(run, settings=replace(before, **kept)))

    def _take(self, run: Run) -> None:
        apply_settings(self.chat, self.run.settings, run)
        self.run = run

    def _section(self, name: str) -> tuple[str, ...]:
        """Where a setting is saved: in the profile, if the profile sets it now."""
        profile = self.run.settings.origins.get(name)
        return ("profiles", profile.profile) if profile and profile.profile else ()

    def _stronger(self, change: Change) -> str:
        """A note about a source that takes precedence over config.toml at the next start."""
        values = dict(self.run.invocation.flags.values)
        values.pop(change.option.name, None)
        origins = self._run_with(values).settings.origins
        origin = origins.get(change.option.name)
        if origin is None or origin.source in (SettingSource.CONFIG, SettingSource.DEFAULT):
            return ""
        return f" At the next start, {origin} takes precedence."

    def _now(self) -> Settings:
        """The settings, with what commands changed in the session."""
        settings, session = self.run.settings, self.chat.session
        live: dict[str, Any] = {
            "model": session.conversation.model,
            "system": session.conversation.system,
            "effort": session.effort,
            "thinking": session.thinking,
            "max_tokens": session.max_tokens,
            "web": session.web is not None,
            "citations": session.citations,
            "max_cost_usd": session.budget.cap_usd,
        }
        if session.web is not None:
            live |= {"web_allow": session.web.allowed, "web_block": session.web.blocked}
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
