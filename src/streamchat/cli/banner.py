"""The lines above the first prompt."""

from __future__ import annotations

from streamchat import __version__
from streamchat.cli.run import Run

DEMO_NOTE = "demo: a built-in server answers, not a model (try: tour)"
NOT_SAVED = "not saved: nothing of this conversation is written to disk"
NEW = "new conversation"


def build_banner(
    run: Run, *, model: str, name: str = NEW, saves: bool, attached: tuple[str, ...] = ()
) -> list[str]:
    """`name` is that of the conversation; `attached` says what goes with the first message."""
    lines = [f"streamchat {__version__} · {model} · {name} · /help"]
    if run.settings.demo:
        lines.append(DEMO_NOTE)
    if not saves:
        lines.append(NOT_SAVED)
    lines += [f"attached to the first message: {each}" for each in attached]
    return [*lines, *run.remarks]
