"""Roles and prompt files on the command line: --role, --prompt, --roles."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from streamchat.app.prompt_files import fill_prompt, join_prompt
from streamchat.cli.build_run import rebuild_run
from streamchat.cli.run import Run
from streamchat.cli.trust import ask_on_terminal
from streamchat.config.templates import Templates
from streamchat.config.trust_question import AskTrust
from streamchat.core.sanitize import clean_line
from streamchat.core.settings import resolve
from streamchat.core.templates import STDIN, Template, TemplateKind
from streamchat.posix.clipboard import read_clipboard


def open_templates(run: Run, ask: AskTrust | None = None) -> Templates:
    """The roles and the prompts that can be used here."""
    return Templates(run.paths, run.env.cwd, run.env.user, ask)


def read_named_prompt(run: Run) -> Template:
    """The file of --prompt. One of a repository is asked about, so this must not run inside
    the event loop. Raises NotFound, ConfigError, UsageError."""
    templates = open_templates(run, ask_on_terminal(run.env))
    return templates.read(TemplateKind.PROMPT, run.invocation.prompt_name)


def with_front_matter(run: Run, template: Template) -> Run:
    """The run with what the prompt file sets; flags come before it. Raises ConfigError,
    UsageError."""
    if not template.settings:
        return run
    from streamchat.config.roles import prompt_layer

    layer = prompt_layer(template, open_templates(run))
    attached = resolve([layer]).role_attach  # a role's files are attached separately
    values = {name: each for name, each in layer.values.items() if name != "role_attach"}
    invocation = replace(
        run.invocation,
        front_matter=replace(layer, values=values, joins=True),
        attachments=(*attached, *run.invocation.attachments),
    )
    return rebuild_run(invocation, run.env)


def without_front_matter(run: Run) -> Run:
    """The run after the message of the prompt file."""
    after = rebuild_run(replace(run.invocation, front_matter=None), run.env)
    settings = replace(after.settings, credentials=run.settings.credentials)
    return replace(after, settings=settings)


def fill_named_prompt(run: Run, template: Template, piped: str) -> tuple[str, str]:
    """The text of --prompt, filled, and the same without what was piped in. Piped text that
    it does not name comes first. Raises UsageError."""
    for note in template.notes:
        run.notes.note(note)
    rest, values = fill_prompt(
        template,
        run.invocation.words,
        stdin=piped.rstrip(),
        read_clipboard=partial(read_clipboard, run.env.environ),
    )
    text = join_prompt(template, values, rest)
    if template.uses(STDIN):
        return text, join_prompt(template, {**values, STDIN: "…"}, rest)
    return (f"{piped.rstrip()}\n\n{text}" if piped.strip() else text), text


def print_roles(run: Run) -> None:
    """The names of the roles and of the prompts: lines, or a JSON object."""
    templates = open_templates(run)
    found = {kind.value: templates.names(kind) for kind in TemplateKind}
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump(found, out, indent=1)
        out.write("\n")
        return
    lines = [
        f"{kind.noun}\t{clean_line(name)}"
        for kind in TemplateKind
        for name in found[kind.value]
    ]
    out.writelines(f"{line}\n" for line in lines)
    if not lines:
        run.notes.note(f"No roles or prompts yet: write {run.paths.config_dir}/roles/NAME.md.")
