"""The program: a command line in, an exit status out.

Decides what runs, and turns every failure into one clear line and the right exit status. A
bug keeps its traceback. Importing this module loads no library, because `--help` and a wrong
flag must not wait for one.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TextIO

from streamchat import __version__
from streamchat.app.stderr_notes import silence
from streamchat.cli.build_run import (
    JSON_FORMATS,
    build_notes,
    build_run,
    rebuild_run,
    with_commanded_key,
)
from streamchat.cli.environment import Environment
from streamchat.cli.first_prompt import first_prompt
from streamchat.cli.invocation import Invocation, ReportKind
from streamchat.cli.run import Run, has_surely_no_key, require_theme
from streamchat.core.errors import Busy, DiskError, ExitStatus, StreamchatError, UsageError
from streamchat.core.options import OPTIONS
from streamchat.core.options.rows import Group
from streamchat.posix.terminals import measure_width

if TYPE_CHECKING:
    from streamchat.core.templates import Template

_ENDED_BY = frozenset({ExitStatus.HANGUP, ExitStatus.TERMINATED})
# What writing to stdout can fail with if it is a file.
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main(argv: Sequence[str], env: Environment) -> int:
    """Run the program; `argv` leaves out its name. Returns the exit status."""
    notes = build_notes(env, None, as_json=_asks_for_json(argv))
    try:
        invocation = _parse(argv)
        if (about := _about(invocation, env)) is not None:
            env.stdout.write(about)
            env.stdout.flush()
            return ExitStatus.OK
        run = build_run(invocation, env)
        notes = run.notes
        run, template = _with_template(run)
        run = _prepared(run)
        notes = run.notes
        status = _run(run, template)
        env.stdout.flush()  # here, while a failure can still set the exit status
        if status in _ENDED_BY and notes.as_json:
            notes.error(_ended_by(status))
        return status
    except StreamchatError as error:
        if isinstance(error, Busy):
            error.message = f"{error.message} {error.advice}".rstrip()
        notes.error(error)
        return error.status
    except ImportError as error:  # a library is missing, or an upgrade replaced our own files
        why = f"The installation is incomplete: {error}. Install streamchat again."
        notes.error(StreamchatError(why))
        return ExitStatus.FAILURE
    except BrokenPipeError:
        silence(env.stdout)
        return ExitStatus.PIPE
    except OSError as error:
        if error.errno not in _DISK_ERRORS:
            raise
        if error.errno == errno.EIO and _is_closed_terminal(env.stdout):
            silence(env.stdout)
            return ExitStatus.HANGUP
        silence(env.stdout)
        notes.error(DiskError(f"The output cannot be written: {error.strerror}."))
        return ExitStatus.DISK
    except KeyboardInterrupt:
        if notes.as_json:
            notes.error(_ended_by(ExitStatus.INTERRUPTED))
        return ExitStatus.INTERRUPTED


def _ended_by(status: int) -> StreamchatError:
    """The error for programs that read JSON; a person sees why the run ended."""
    ended = StreamchatError("A signal ended the program.")
    ended.status, ended.kind, ended.retryable = ExitStatus(status), "interrupted", True
    return ended


def _parse(argv: Sequence[str]) -> Invocation:
    if not argv:
        return Invocation()
    from streamchat.cli.arguments import parse_arguments  # argparse: 8 ms with the parsing

    return parse_arguments(argv, OPTIONS)


def _is_closed_terminal(stream: TextIO) -> bool:
    """Whether the stream was a terminal, whose window is gone now."""
    return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode) and not stream.isatty()


def _about(invocation: Invocation, env: Environment) -> str | None:
    """The text of a report that needs no settings; None for everything else."""
    match invocation.report:
        case ReportKind.VERSION:
            return f"streamchat {__version__}\n"
        case ReportKind.HELP:
            from streamchat.cli.arguments import help_text

            return help_text(OPTIONS, width=_width(env))
        case ReportKind.COMPLETION:
            from streamchat.cli.completion_scripts import completion_script

            return completion_script(*invocation.report_words)
        case ReportKind.MAN:
            from streamchat.app.commands import COMMANDS
            from streamchat.cli.man_page import format_man_page

            return format_man_page(OPTIONS, [(row.usage, row.help) for row in COMMANDS])
        case _:
            return None


def _asks_for_json(argv: Sequence[str]) -> bool:
    """Whether the output is JSON; found without the parser, because parsing may be what
    fails."""
    joined = {f"{flag}={value}" for flag, value in pairwise(argv)}
    return "--json" in argv or any(
        f"--output-format={name}" in joined.union(argv) for name in JSON_FORMATS
    )


def _width(env: Environment) -> int:
    columns = env.environ.get("COLUMNS", "")
    usual = int(columns) if columns.isdecimal() else measure_width(env.stdout)
    return min(max(usual, 40), 100)


def _prepared(run: Run) -> Run:
    """The run with a key from `api_key_command`, if a request is sure to follow."""
    report = run.invocation.report
    if report is not ReportKind.SHOW_CONFIG:  # it shows where a wrong theme comes from
        require_theme(run.settings)
    answers = report is None and not run.invocation.script and _is_one_shot(run)
    is_asked = answers or report is ReportKind.LIST_MODELS
    return with_commanded_key(run) if is_asked else run


def _run(run: Run, template: Template | None) -> int:
    if run.invocation.report is not None:
        return _report(run, run.invocation.report)
    if run.invocation.script:
        from streamchat.cli.run_script import run_script

        return _act(run, run_script)
    if _is_one_shot(run):
        from streamchat.cli.run_oneshot import answer_once

        return _act(run, partial(answer_once, template=template))
    if not run.settings.demo and has_surely_no_key(run):
        from streamchat.cli.run_first import begin, is_first_run

        if is_first_run(run):
            return _act(run, partial(begin, build_run=rebuild_run))
    with first_prompt(run) as early:
        from streamchat.cli.run_repl import chat  # slow imports follow the prompt

        return _act(run, partial(chat, early=early))


def _with_template(run: Run) -> tuple[Run, Template | None]:
    """The run under the prompt file of --prompt, if it is used."""
    invocation = run.invocation
    if not invocation.prompt_name or invocation.report is not None or invocation.script:
        return run, None
    from streamchat.cli.templates import read_named_prompt, with_front_matter

    template = read_named_prompt(run)
    return with_front_matter(run, template), template


def _act(run: Run, act: Callable[[Run], Coroutine[Any, Any, int]]) -> int:
    from streamchat.cli.signals import run_guarded

    if not run.invocation.picks:
        return run_guarded(act(run))
    from streamchat.cli.run_picker import picking

    return run_guarded(picking(run, act))


def _is_one_shot(run: Run) -> bool:
    env, settings = run.env, run.settings
    once = settings.once or settings.dry_run
    if env.stdin.isatty() and not run.invocation.is_literal:
        _refuse_a_command_word(run.invocation.prompt)
    is_asked = run.invocation.prompt or run.invocation.prompt_name
    if is_asked or once or not env.stdin.isatty():
        return True
    if settings.output_format != "text" or not env.stdout.isatty():
        raise UsageError("There is nothing to ask: give a prompt, or pipe a text in.")
    return False


def _refuse_a_command_word(prompt: str) -> None:
    """Raises UsageError for what other programs treat as a command, because sending it by
    mistake costs money."""
    if not prompt or prompt.count(" ") > 1:
        return
    from streamchat.cli.other_programs import hint_for_words

    flag = f"--{prompt}"
    if any(flag in row.flags for row in OPTIONS if row.group is Group.REPORTS):
        hint = f"did you mean {flag}?"
    elif not (hint := hint_for_words(prompt)):
        return
    raise UsageError(f"{prompt}: {hint} To send the text, type: streamchat -- {prompt}")


def _report(run: Run, report: ReportKind) -> int:
    from streamchat.cli import reports  # 5 ms that a chat need not wait for

    for note in run.settings.notes:
        run.notes.note(note)
    match report:
        case ReportKind.SHOW_CONFIG:
            reports.show_configuration(run)
        case ReportKind.LIST:
            words = (*run.invocation.report_words, run.invocation.prompt)
            reports.print_conversations(run, " ".join(filter(None, words)))
        case ReportKind.SEARCH:
            reports.print_hits(run, run.invocation.report_words[0])
        case ReportKind.SHOW:
            reports.print_conversation(run, run.invocation.report_words[0])
        case ReportKind.EXPORT:
            from streamchat.cli import import_export

            import_export.export_conversation(run, *run.invocation.report_words)
        case ReportKind.IMPORT:
            from streamchat.cli import import_export

            return import_export.import_conversations(run, run.invocation.report_words[0])
        case ReportKind.ROLES:
            from streamchat.cli.templates import print_roles

            print_roles(run)
        case ReportKind.PATHS:
            from streamchat.cli import paths_report

            paths_report.print_paths(run)
        case ReportKind.COSTS:
            from streamchat.cli import costs_report

            costs_report.print_costs(run, *run.invocation.report_words)
        case ReportKind.LIST_MODELS:
            from streamchat.cli.signals import run_guarded  # asyncio: 15 ms

            return run_guarded(reports.list_models(run))
        case _:
            raise UsageError(f"--{report.value} is not available.")
    return ExitStatus.OK
