"""Builds a run from a command line and an environment: reads the settings, prints notes on
stderr.

Needed before the first prompt, so it imports no more than the settings do.
"""

from __future__ import annotations

from dataclasses import replace

from streamchat.app.stderr_notes import Notes
from streamchat.cli.environment import Environment
from streamchat.cli.invocation import Invocation
from streamchat.cli.run import Run
from streamchat.cli.short_names import with_model_ids
from streamchat.cli.trust import ask_on_terminal
from streamchat.config.load import load
from streamchat.config.paths import Paths, build_paths
from streamchat.config.trust_question import AskTrust
from streamchat.core.settings import (
    Settings,
    endpoint,
    resolve,
)
from streamchat.core.terminal import read_terminal
from streamchat.posix.terminals import measure_width

JSON_FORMATS = frozenset({"json", "stream-json", "events"})


def build_run(invocation: Invocation, env: Environment) -> Run:
    """A run with the settings as they are now. Raises StreamchatError."""
    settings, paths = _load(invocation, env, ask_on_terminal(env))
    return _run_with(invocation, env, settings, paths)


def rebuild_run(invocation: Invocation, env: Environment) -> Run:
    """The same for a later run: it does not ask again about files of the directory."""
    settings, paths = _load(invocation, env, None)
    return _run_with(invocation, env, settings, paths)


def with_commanded_key(run: Run) -> Run:
    """The run with the key that `api_key_command` prints, where that is needed. Raises
    ConfigError, NoPermission."""
    if not run.settings.api_key_command:
        return run
    from streamchat.cli import key_command  # subprocess: 5 ms

    settings = key_command.with_commanded_key(run.settings, run.env)
    return _run_with(run.invocation, run.env, settings, run.paths)


def _run_with(
    invocation: Invocation, env: Environment, settings: Settings, paths: Paths
) -> Run:
    if settings.accessible:
        env = replace(env, environ={**env.environ, "ACCESSIBLE": "1"})
    notes = build_notes(env, settings, as_json=settings.output_format in JSON_FORMATS)
    remarks = _demo_remarks(settings) if settings.demo else endpoint(settings).remarks
    return Run(env, invocation, settings, paths, notes, (*settings.notes, *remarks))


def build_notes(env: Environment, settings: Settings | None, *, as_json: bool) -> Notes:
    """The notes on stderr, without the secrets of the settings."""
    if settings is not None:
        env.secrets.add(settings, env.environ)
    return Notes(
        env.stderr,
        env.secrets.redact,
        depth=read_terminal(env.stderr, env.environ).depth,
        width=measure_width(env.stderr),
        quiet=settings is not None and settings.quiet,
        as_json=as_json,
    )


def _demo_remarks(settings: Settings) -> tuple[str, ...]:
    if settings.max_cost_usd is None:
        return ()
    return ("the demo is free: --max-cost has no effect",)


def _load(
    invocation: Invocation, env: Environment, ask: AskTrust | None
) -> tuple[Settings, Paths]:
    paths = build_paths(env.environ, env.home)
    layers = load(
        invocation.flags,
        env.environ,
        paths=paths,
        cwd=env.cwd,
        ask=ask,
        user=env.user,
        front_matter=invocation.front_matter,
        role_values=invocation.role_values,
    )
    settings = resolve(layers)
    settings = with_model_ids(settings, paths, env)
    if not settings.demo:
        return settings, paths
    if invocation.report is not None:  # a report that shows the settings
        return settings, paths.for_demo()
    from streamchat.cli.demo_models import with_demo_models

    return with_demo_models(settings), paths.for_demo()
