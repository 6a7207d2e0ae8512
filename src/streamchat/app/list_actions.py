"""What the list of saved conversations can do with one: open, rename, delete, copy, export.

Rules: only opening leaves the list. The list shows the result of every other action, even if
it fails. Deleting asks first. Ctrl-C stops what reads, copies or exports, and then nothing has
changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streamchat.app.session import Session
from streamchat.app.waiting import STOPPED, let_keys_pass
from streamchat.core.conversation import Conversation
from streamchat.core.errors import StreamchatError
from streamchat.core.formatting import quoted
from streamchat.core.options import EXPORT_FORMATS
from streamchat.core.ports import Archive, Asker, Exporter, ForgetTyped, PickAct, Picked


@dataclass(frozen=True, slots=True)
class ListActions:
    """The saved conversations. `session` is the running chat, if there is one; its own
    conversation is renamed and deleted through it."""

    archive: Archive
    exporter: Exporter
    forget_typed: ForgetTyped
    session: Session | None = None

    async def pick(self, asker: Asker, age: Callable[[float], str]) -> str | None:
        """The path of the conversation to open; None when the user leaves. Raises
        DiskError."""
        words = note = ""
        while picked := await asker.pick(self.archive, age, words=words, note=note):
            if picked.act is PickAct.OPEN:
                return picked.path
            words = picked.words
            try:
                note = await self._do(picked, asker)
            except StreamchatError as error:
                note = error.message
            except KeyboardInterrupt:
                note = STOPPED
                await let_keys_pass()
        return None

    async def _do(self, picked: Picked, asker: Asker) -> str:
        """Do the action; returns the line to show."""
        with asker.interrupting():
            conversation = self._read(picked.path)
        match picked.act:
            case PickAct.RENAME:
                title = await asker.ask_text("New title:", prefill=conversation.title)
                return self._rename(picked.path, title.strip()) if title else ""
            case PickAct.DELETE:
                question = ask_to_delete(conversation)
                if not await asker.confirm(question, default=False):
                    return "Nothing was deleted."
                return self.delete(picked.path, conversation, picked.path)
            case PickAct.FORK:
                with asker.interrupting():
                    copy, journal = self.archive.fork(conversation)
                journal.verify()
                journal.close()
                return f"Copied to {copy.title!r} ({copy.id[:8]})."
            case _:
                format = await asker.choose("Export as:", tuple(EXPORT_FORMATS.items()))
                with asker.interrupting():
                    return self._export(conversation, format) if format else ""

    def _read(self, path: str) -> Conversation:
        if self.session is not None and path == self.session.journal.name:
            return self.session.conversation
        return self.archive.read(path).conversation

    def _rename(self, path: str, title: str) -> str:
        if not title:
            return "A title cannot be empty."
        if self.session is not None and path == self.session.journal.name:
            self.session.record(self.session.conversation.rename(title))
        else:
            opened = self.archive.open(path, model="")
            try:
                opened.journal.append(opened.conversation.rename(title))
            finally:
                opened.journal.close()
        return f"The title is {quoted(title)}."

    def _export(self, conversation: Conversation, format: str) -> str:
        place = self.exporter.save(conversation, format, path="", replies=None, replace=False)
        return f"Exported to {place}"

    def delete(self, path: str, conversation: Conversation, ref: str) -> str:
        """Delete a conversation for good, and what was typed in it; `ref` is the name that the
        user gave. Returns the line that says so. Raises NotFound, Busy, DiskError."""
        if self.session is not None and path == self.session.journal.name:
            self.session.begin()
        else:
            self.archive.require_deletable(path)
        self._forget(conversation, ref)
        self.archive.delete(path)
        return f'Deleted "{conversation.title or "untitled"}".'

    def _forget(self, conversation: Conversation, ref: str) -> None:
        said = [turn.message.text for turn in conversation.turns if turn.role == "user"]
        self.forget_typed(
            conversation.id,
            texts={*said, *(f"/{text}" for text in said if text.startswith("/"))},
            names={*conversation.titles, conversation.id, ref},
        )


def ask_to_delete(conversation: Conversation) -> str:
    """The question before a conversation is deleted."""
    count = conversation.turn_count
    turns = "1 turn" if count == 1 else f"{count} turns"
    name = conversation.title or "untitled"
    return f'Delete "{name}" ({conversation.id[:8]}, {turns}) for good?'
