"""The reports --list, --search, --show, --show-config and --list-models.

Rendered on a terminal; plain lines or JSON in a pipe.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from streamchat.app import listing
from streamchat.app.listing import find_summaries
from streamchat.cli.damaged_turns import tell_unreadable
from streamchat.cli.model_list import ListPrice, ask_models, list_price
from streamchat.cli.run import Run, has_surely_no_key
from streamchat.cli.wiring import (
    build_mask,
    open_archive,
    open_terminal_screen,
    read_conversation,
    tell_problems,
)
from streamchat.cli.wiring.source import open_source
from streamchat.core.attachment_blocks import describe_sent
from streamchat.core.capabilities import is_same_model
from streamchat.core.errors import ConfigError, ExitStatus, NotFound
from streamchat.core.formatting import escape_markdown
from streamchat.core.records import Turn
from streamchat.core.sanitize import clean, clean_line
from streamchat.core.schema import answer_markdown
from streamchat.core.settings.report import setting_rows, show_config

if TYPE_CHECKING:
    from streamchat.api import ModelInfo

_OF_A_SETTING = ("setting", "value", "origin")


def show_configuration(run: Run) -> None:
    """Every setting, its value and its origin, or a JSON list of them; secrets are masked. How
    the SDK is imported is known only after the import."""
    if run.settings.output_format != "text":
        rows = [
            dict(zip(_OF_A_SETTING, row, strict=True)) for row in setting_rows(run.settings)
        ]
        json.dump(rows, run.env.stdout, indent=1)
        run.env.stdout.write("\n")
        return
    from streamchat.api import import_sdk_once

    has_no_key = False
    with suppress(ConfigError):  # the report itself shows it
        has_no_key = has_surely_no_key(run)
    lines = show_config(run.settings, run.env.environ, has_no_key=has_no_key)
    lines.append(f"the SDK is imported {import_sdk_once(full=run.settings.full_sdk)}")
    run.env.stdout.writelines(f"{line}\n" for line in lines)


def print_conversations(run: Run, wanted: str = "") -> None:
    """Newest first: a table, tab-separated lines, or a JSON list. Raises UsageError for a
    wrong filter, NotFound if no conversation matches."""
    archive = open_archive(run)
    summaries = find_summaries(archive, wanted)
    tell_problems(run, archive)
    out, now = run.env.stdout, run.env.clock()
    if run.settings.output_format != "text":
        json.dump([listing.summary_object(summary) for summary in summaries], out, indent=1)
        out.write("\n")
    elif not out.isatty():
        out.writelines(f"{line}\n" for line in listing.conversations_lines(summaries, now=now))
    elif summaries:
        open_terminal_screen(run).markdown(listing.conversations_table(summaries, now=now))
    elif not wanted:
        run.notes.note("No saved conversations yet.")
    if wanted and not summaries:
        raise NotFound(f"No conversation matches {wanted!r}.")


MOST_HITS = 200
_WORTH_A_NOTE = 200  # indexing this many conversations takes a second or more


def print_hits(run: Run, text: str) -> None:
    """The hits, newest first. Raises NotFound if there is none."""
    archive = open_archive(run)
    for progress in archive.catch_up():
        if progress.total >= _WORTH_A_NOTE and progress.done < progress.total:
            run.notes.note(f"Indexing: {progress.done:,} of {progress.total:,} conversations.")
    hits = archive.search(text, most=MOST_HITS)
    tell_problems(run, archive)
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump([listing.hit_object(hit) for hit in hits], out, indent=1)
        out.write("\n")
    elif hits and out.isatty():
        open_terminal_screen(run).markdown(listing.hits_markdown(hits, now=run.env.clock()))
    else:
        out.writelines(f"{line}\n" for line in listing.hits_lines(hits))
    if not hits:
        raise NotFound(f"No conversation contains {text!r}.")
    if len(hits) == MOST_HITS:
        run.notes.note(f"These are the newest {MOST_HITS} hits; more words find fewer.")


def print_conversation(run: Run, ref: str) -> None:
    """The whole conversation, rendered or as Markdown."""
    opened = read_conversation(run, ref)
    turns = opened.conversation.path
    out, mask = run.env.stdout, build_mask(run)
    if run.settings.output_format != "text":
        out.write(mask(json.dumps([turn.message.to_wire() for turn in turns], indent=1)))
        out.write("\n")
    elif out.isatty() and not run.settings.raw:
        open_terminal_screen(run).print_history(turns, model=opened.conversation.model)
    else:
        own = opened.conversation.model
        texts = (mask(f"{_as_markdown(turn, own)}\n") for turn in turns)
        out.writelines(map(clean, texts) if out.isatty() else texts)
    tell_unreadable(run, opened)


def _as_markdown(turn: Turn, own: str) -> str:
    """The turn; with the name of its model, if that is not the conversation's own."""
    message = turn.message
    if message.role == "assistant":
        is_own = not message.model or is_same_model(message.model, own)
        label = "" if is_own else f"*{clean_line(message.model or '')}:*\n\n"
        return f"{label}{answer_markdown(turn)}\n"
    others = [block for block in message.content if block.get("type") != "text"]
    lead = "System prompt: " if message.role == "system" else ""
    said = f"{lead}{message.text}".splitlines()
    lines = [*(f"[{describe_sent(block)}]" for block in others), *said]
    return "".join(f"> {line}".rstrip() + "\n" for line in lines)


async def list_models(run: Run) -> int:
    """The server's models: id, context window, longest answer, prices, retirement."""
    with open_source(run) as source:
        try:
            models = await ask_models(run, source)
        finally:
            await source.aclose()
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump(
            [asdict(model) | list_price(run, model).to_dict() for model in models],
            out,
            indent=1,
        )
        out.write("\n")
    elif out.isatty():
        open_terminal_screen(run).markdown(
            models_table([(each, list_price(run, each)) for each in models])
        )
    else:
        out.writelines(
            f"{listing.row_line(model_cells(each, list_price(run, each)))}\n" for each in models
        )
    return ExitStatus.OK


def models_table(models: Iterable[tuple[ModelInfo, ListPrice]]) -> str:
    """A Markdown table, for the terminal."""
    rows = [f"| {' | '.join(map(escape_markdown, model_cells(*each)))} |" for each in models]
    head = "| id | context | longest answer | $/M in | $/M out | |"
    return "\n".join([head, "|---|--:|--:|--:|--:|---|", *rows])


def model_cells(model: ModelInfo, rates: ListPrice) -> list[str]:
    """A dash for each unknown value."""
    end = model.retires_at or ""
    ends = "on" if model.lifecycle == "retired" else "until"
    return [
        model.id,
        f"{model.max_input_tokens:,}" if model.max_input_tokens else "–",
        f"{model.max_tokens:,}" if model.max_tokens else "–",
        *("–" if rate is None else f"{rate:g}" for rate in (rates.input_usd, rates.output_usd)),
        f"{model.lifecycle or ''} {f'{ends} {end[:10]}' if end else ''}".strip(),
    ]
