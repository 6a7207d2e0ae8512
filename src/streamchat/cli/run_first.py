"""The first run: without any credential, the user chooses how to begin."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from streamchat.cli.first_run import BuildRun, FirstRun, find_servers, list_models
from streamchat.cli.run import Run, has_surely_no_key
from streamchat.cli.signals import on_stopped, without_echo
from streamchat.core.errors import ExitStatus

HOW_TO_BEGIN = "Type a message and press {}. @FILE in it attaches a file: Sum up @report.pdf"


def is_first_run(run: Run) -> bool:
    """Whether to ask how to begin: on a terminal, without a credential."""
    return (
        not run.settings.demo
        and not run.invocation.picks
        and run.env.terminal.has_escapes
        and run.env.stdin.isatty()
        and has_surely_no_key(run)
    )


async def begin(run: Run, build_run: BuildRun) -> int:
    """Ask how to begin, then chat."""
    with without_echo(run.env.stdin):  # the imports take a while
        from streamchat.cli.wiring.prompt import open_asker, read_prompt_settings

        asker, servers = open_asker(run, run.env.stdin), find_servers(run)
    first = FirstRun(run, build_run, asker, list_models, servers)
    with on_stopped(nullcontext, asker.suspend):
        chosen = await first.choose()
    if chosen is None:
        return ExitStatus.OK
    from streamchat.cli.run_repl import chat

    sends = read_prompt_settings(chosen).keymap.key_of("send", "Enter")
    return await chat(replace(chosen, remarks=(*chosen.remarks, HOW_TO_BEGIN.format(sends))))
