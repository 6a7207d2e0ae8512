"""What is printed instead of a conversation: --list, --search, --show, --show-config,
--list-models.

To a terminal rendered, to a pipe as plain lines or JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from streamchat import listing
from streamchat.assembly import Run, archive_of, screen_of, source_of
from streamchat.errors import NotFound, Status
from streamchat.messages import Message
from streamchat.settings import show_config

if TYPE_CHECKING:
    from streamchat.api import ModelInfo


def show_configuration(run: Run) -> None:
    """Every setting, its value and where it came from; secrets masked."""
    run.env.stdout.writelines(
        f"{line}\n" for line in show_config(run.settings, run.env.environ)
    )


def list_conversations(run: Run) -> None:
    """Newest first: a table, tab-separated lines, or a JSON list."""
    summaries = archive_of(run).summaries()
    out, now = run.env.stdout, run.env.clock()
    if run.settings.output_format != "text":
        json.dump([listing.summary_object(summary) for summary in summaries], out, indent=1)
        out.write("\n")
    elif not out.isatty():
        out.writelines(f"{line}\n" for line in listing.conversations_lines(summaries, now=now))
    elif summaries:
        screen_of(run).markdown(listing.conversations_table(summaries, now=now))
    else:
        run.notes.note("No conversations are kept yet.")


MOST_HITS = 200
_WORTH_A_NOTE = 200  # conversations to be read first: a second of waiting or more


def search_conversations(run: Run, text: str) -> None:
    """Where the words are found, the newest first. Raises NotFound when nowhere."""
    shelf = archive_of(run).shelf
    for progress in shelf.catch_up():
        if progress.total >= _WORTH_A_NOTE and progress.done < progress.total:
            run.notes.note(f"Indexing: {progress.done:,} of {progress.total:,} conversations.")
    hits = shelf.search(text, most=MOST_HITS)
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump([listing.hit_object(hit) for hit in hits], out, indent=1)
        out.write("\n")
    elif hits and out.isatty():
        screen_of(run).markdown(listing.hits_markdown(hits, now=run.env.clock()))
    else:
        out.writelines(f"{line}\n" for line in listing.hits_lines(hits))
    if not hits:
        raise NotFound(f"No conversation holds {text!r}.")
    if len(hits) == MOST_HITS:
        run.notes.note(f"These are the newest {MOST_HITS} hits; more words find fewer.")


def show_conversation(run: Run, ref: str) -> None:
    """The whole conversation: rendered, or as Markdown."""
    opened = archive_of(run).read(ref)
    for line in opened.damage:
        run.notes.warn(line)
    turns = opened.conversation.path
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump([turn.message.to_wire() for turn in turns], out, indent=1)
        out.write("\n")
    elif out.isatty() and not run.settings.raw:
        screen_of(run).history(turns, whole=True)
    else:
        out.writelines(f"{_as_markdown(turn.message)}\n" for turn in turns)


def _as_markdown(message: Message) -> str:
    if message.role == "assistant":
        return f"{message.text}\n"
    quoted = "\n".join(f"> {line}".rstrip() for line in message.text.splitlines())
    return f"{quoted}\n"


async def list_models(run: Run) -> int:
    """What the server offers: id, context window, longest answer, end."""
    with source_of(run) as source:
        try:
            models = await source.models()
        finally:
            await source.aclose()
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump([asdict(model) for model in models], out, indent=1)
        out.write("\n")
    elif out.isatty():
        screen_of(run).markdown(models_table(models))
    else:
        out.writelines("\t".join(model_cells(model)) + "\n" for model in models)
    return Status.OK


def models_table(models: Iterable[ModelInfo]) -> str:
    """Markdown, for the terminal."""
    rows = [f"| {' | '.join(map(listing.literal, model_cells(model)))} |" for model in models]
    return "\n".join(["| id | context | longest answer | |", "|---|--:|--:|---|", *rows])


def model_cells(model: ModelInfo) -> list[str]:
    """A dash where the server did not say."""
    end = model.retires_at or ""
    return [
        model.id,
        f"{model.max_input_tokens:,}" if model.max_input_tokens else "–",
        f"{model.max_tokens:,}" if model.max_tokens else "–",
        f"{model.lifecycle or ''} {f'until {end[:10]}' if end else ''}".strip(),
    ]
