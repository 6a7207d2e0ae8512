"""What a role sets in a running chat, and a prompt file for one message.

Rule: when a role is replaced or dropped, its settings are undone. What the user has set since
then stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from streamchat.cli.apply_settings import Chat, apply_settings
from streamchat.cli.build_run import rebuild_run
from streamchat.cli.invocation import Invocation
from streamchat.cli.run import Run
from streamchat.config.roles import prompt_layer, role_layer
from streamchat.core.ports import AppliedTemplate
from streamchat.core.settings import Layer, Origin, RawValue, Settings, SettingSource, resolve
from streamchat.core.templates import Template

_SYSTEM, _WEB = ("system", "system_file"), ("web", "web_allow", "web_block")
_SET = (*_SYSTEM, *_WEB, "model", "effort", "thinking", "max_tokens", "request", "schema")
ROLE = "/role"
_BY_ROLE = Origin(SettingSource.FLAG, ROLE)


@dataclass(frozen=True, slots=True)
class Overlay:
    """The settings without a role, and the settings just after it was taken."""

    beneath: Mapping[str, Any]
    above: Mapping[str, Any]
    origins: Mapping[str, Origin]  # of the settings without the role

    def lift(self, now: Mapping[str, Any]) -> dict[str, Any]:
        """The settings without the role, but with what the user has changed since."""
        return {
            name: self.beneath[name] if value == self.above[name] else value
            for name, value in now.items()
        }


def _of_start(run: Run) -> Overlay | None:
    """The settings of the role with which the program was started."""
    if run.settings.role is None:
        return None
    without = rebuild_run(_with_role(run.invocation, ""), run.env)
    before = without.settings
    return Overlay(_values(before), _values(run.settings), before.origins)


def _with_role(
    invocation: Invocation, name: str, values: Mapping[str, str] = MappingProxyType({})
) -> Invocation:
    raw = {**invocation.flags.values, "role": RawValue(name, ROLE)}
    flags = replace(invocation.flags, values=raw)
    return replace(invocation, flags=flags, role_values=values)


def _values(settings: Settings) -> dict[str, Any]:
    """The settings that a role may set."""
    return {name: getattr(settings, name) for name in _SET}


def _given(layer: Layer, settings: Settings, beneath: Mapping[str, Any]) -> dict[str, Any]:
    """What the layer gives. Parameters of the request are added to those that were set."""
    values = {name: getattr(settings, name) for name in _SET if name in layer.values}
    if "system" in values:
        values["system_file"] = None
    if "request" in values:
        values["request"] = tuple(
            {**dict(beneath["request"]), **dict(values["request"])}.items()
        )
    return values


def take_role(
    chat: Chat,
    run: Run,
    now: Settings,
    overlay: Overlay | None,
    name: str | None,
    values: Mapping[str, str],
) -> tuple[Run, Overlay, AppliedTemplate]:
    """Take a role, with values for its placeholders, or none. `now` are the settings as they
    are. Raises NotFound, ConfigError, UsageError; then nothing has changed."""
    before, overlay = _values(now), overlay or _of_start(run)
    beneath = overlay.lift(before) if overlay else before
    layer = Layer(SettingSource.FLAG, {})
    if name is not None:
        templates, environ = chat.session.templates, run.env.environ
        layer = role_layer(name, SettingSource.FLAG, templates, environ, values)
    role = resolve([layer])
    given = _given(layer, role, beneath)
    merged = {**beneath, **given}
    own = {
        each: overlay.origins[each]
        for each in _SET
        if overlay and before[each] == overlay.above[each]
    }
    beneath_origins = {**now.origins, **own}
    origins = {**beneath_origins, "role": _BY_ROLE, **{n: role.origins[n] for n in given}}
    settings = replace(now, **merged, role=name, origins=origins)
    said = _apply(chat, now, replace(run, settings=settings))
    session = chat.session
    settings = replace(settings, model=session.conversation.model)
    above = {**_values(settings), "effort": session.effort, "thinking": session.thinking}
    taken = AppliedTemplate((*said, *role.notes), role.role_attach)
    invocation = _with_role(run.invocation, name or "", values)
    run = replace(run, invocation=invocation, settings=settings)
    return run, Overlay(beneath, above, beneath_origins), taken


def _apply(chat: Chat, before: Settings, run: Run) -> list[str]:
    """Apply everything except the model first, because the model may refuse some of it."""
    apply_settings(
        chat, before, replace(run, settings=replace(run.settings, model=before.model))
    )
    model = chat.session.model_names(run.settings.model)
    if model == chat.session.conversation.model:
        return []
    return [chat.session.change_model(model)]


@contextmanager
def under_prompt(
    chat: Chat, run: Run, now: Settings, template: Template
) -> Iterator[AppliedTemplate]:
    """While entered, the front matter of a prompt file applies, except its model, which is
    asked only this once. Raises ConfigError, UsageError."""
    layer = prompt_layer(template, chat.session.templates)
    prompt = resolve([layer])
    model = chat.session.model_names(prompt.model) if "model" in layer.values else ""
    given = {**_given(layer, prompt, _values(now)), "model": now.model}
    settings = replace(now, **given)
    apply_settings(chat, now, replace(run, settings=settings))
    try:
        yield AppliedTemplate(prompt.notes, prompt.role_attach, model)
    finally:
        apply_settings(chat, settings, replace(run, settings=now))
