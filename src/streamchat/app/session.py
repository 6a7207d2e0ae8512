"""The open conversation and everything a slash command may change.

Every change is a record: it is applied to the conversation, then appended to its journal. A
failing disk causes a warning. Must not know the terminal, the server or the file format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamchat.app.requesting import build_request
from streamchat.core.attachment_blocks import Selection, each_file_once
from streamchat.core.budget import Budget
from streamchat.core.capabilities import ModelFacts, facts_by_table
from streamchat.core.conversation import ASKED, AUTOMATIC, COMPACTS, SERVER, Conversation
from streamchat.core.errors import DiskError, UsageError
from streamchat.core.media_limits import require_fit
from streamchat.core.messages import (
    Block,
    JsonObject,
    Message,
    Request,
    text_block,
    user_message,
)
from streamchat.core.model_names import NO_SHORT_NAMES, ModelNames
from streamchat.core.ports import (
    Archive,
    Clipboard,
    Configuration,
    Exporter,
    FixedConfiguration,
    ForgetTyped,
    Journal,
    NoClipboard,
)
from streamchat.core.records import Record, Turn
from streamchat.core.schema import Shape
from streamchat.core.settings.resolve import Preferences
from streamchat.core.templates import NoTemplates, TemplateFiles
from streamchat.core.times import stamp
from streamchat.core.web import Web, build_web_tools

if TYPE_CHECKING:
    from streamchat.core.prompt_settings import PromptSettings

CONTINUES_IN_MEMORY = "The conversation continues in memory; /save writes it to a new file."


def _no_report() -> str:
    raise UsageError("No report can be written here.")


@dataclass(slots=True)
class Session:
    """The open conversation, and the settings of its requests."""

    conversation: Conversation
    journal: Journal
    archive: Archive
    exporter: Exporter
    max_tokens: int
    effort: str | None
    thinking: str | None
    cache: bool
    select_files: Callable[[str], Selection]  # takes paths, globs, directories and URLs
    new_id: Callable[[], str]
    clock: Callable[[], float]  # seconds since the epoch
    warn: Callable[[str], None]
    forget_typed: ForgetTyped
    names_files: Callable[[str], bool] = lambda _reference: False
    names_pipe: Callable[[str], bool] = lambda _references: False
    forget_key: Callable[[], bool] = lambda: False  # whether a key was kept
    budget: Budget = field(default_factory=Budget)
    facts: Callable[[str], ModelFacts] = facts_by_table  # what is known about a model
    attached: tuple[Block, ...] = ()  # sent with the next message
    kept: tuple[Block, ...] = ()  # those of the old message that is in the prompt
    of_role: tuple[Block, ...] = ()  # those that the role attached
    choose_ttl: Callable[[], str] = lambda: "5m"  # how long the cache is kept
    web: Web | None = None  # what the model may do on the web
    web_setup: Web = field(default_factory=Web)  # the same, for when it is turned on
    refused_versions: int = 0  # of the web's tools, the newest that the server refused
    refuses_system_turns: frozenset[str] = frozenset()  # models that refused one in this run
    fallback: tuple[str, ...] = ()  # models to ask when one declines or is overloaded
    templates: TemplateFiles = field(default_factory=NoTemplates)
    clipboard: Clipboard = field(default_factory=NoClipboard)
    model_names: ModelNames = NO_SHORT_NAMES
    configuration: Configuration = field(default_factory=FixedConfiguration)
    shape: Shape | None = None  # what the text of each answer must be
    citations: bool = False  # documents are cited
    stop: tuple[str, ...] = ()  # texts that an answer ends before
    extra: Mapping[str, object] = field(default_factory=dict)  # more parameters of a request
    prompt: PromptSettings | None = None  # None where there is no prompt
    preferences: Preferences = field(default_factory=Preferences)
    trace: bool = False  # /events: show one dim line for each API event
    write_bug_report: Callable[[], str] = _no_report  # returns the name of the file
    disk_failed: bool = False
    is_read_aloud: bool = False  # a screen reader reads: words, no drawings
    gives_up: bool = False  # the user leaves, though the conversation is not saved
    # Whether the server says why a request missed the cache; False once it refused to.
    compares_requests: bool | None = None
    how_asked: tuple[object, ...] = ()  # what else the last request had, see prompt_cache
    server: str = ""  # the host that answers; some blocks of a reply are for it alone

    def now(self) -> str:
        """The current time, as records store it."""
        return stamp(self.clock())

    def attach(self, blocks: Sequence[Block]) -> None:
        """Attach blocks to the next message, each file once. Raises InvalidRequest."""
        attached = each_file_once((*self.attached, *blocks))
        require_fit([Message("user", attached)], self.conversation.model)
        self.attached = attached

    def message(self, text: str) -> Message:
        """The user's message: the pending attachments, then the text."""
        attached, self.attached = self.attached, ()
        return Message("user", (*attached, text_block(text)))

    def say(self, text: str, *, asked: str = "") -> Turn:
        """Add the user's message. It is on disk before anything is sent. `asked` is the
        prompt alone, where the text holds more."""
        return self.ask(self.message(text), asked=asked)

    def ask(self, message: Message, *, asked: str = "") -> Turn:
        """Add a question, beside one that the model declined."""
        self.jump(self.conversation.next_parent)
        return self.add(message, extra={ASKED: asked} if asked else {})

    def tools(self, model: str = "") -> tuple[JsonObject, ...]:
        """The tools that run on the server, as `model` or the conversation's own takes them."""
        facts, age = self.facts(model or self.conversation.model), self.refused_versions
        return build_web_tools(self.web, facts, age=age, cites=self.shape is None)

    def add_automatic(self, question: Message) -> Turn:
        """Add what the program asks by itself; in memory, to be recorded with the reply."""
        id, at = self.new_id(), self.now()
        return self.conversation.append(question, id, at, extra={AUTOMATIC: True})

    def add(
        self,
        message: Message,
        *,
        turn_id: str | None = None,
        before: Sequence[Turn] = (),
        extra: Mapping[str, object] | None = None,
        after: str = "",
    ) -> Turn:
        """Add a message after the head; or on a branch, after the turn `after`, and the head
        stays. `before` are turns that are not yet recorded."""
        self.gives_up = False  # what was to replace this conversation failed
        head = self.conversation.head
        is_bound = any(block.get("type") != "text" for block in message.content)
        made_here = self.server and message.role == "assistant" and is_bound
        turn = self.conversation.append(
            message,
            id=turn_id or self.new_id(),
            at=self.now(),
            extra={**(extra or {}), **({SERVER: self.server} if made_here else {})},
            after=after or None,
        )
        self.record(*before, turn, *self._back_to(head if after else turn.id))
        return turn

    def _back_to(self, head: str | None) -> tuple[Record, ...]:
        """The record that moves the head back after a turn on another branch."""
        return () if self.conversation.head == head else (self.conversation.jump(head),)

    def jump(self, turn: str | None) -> None:
        """Go on after that turn."""
        if turn != self.conversation.head:
            self.record(self.conversation.jump(turn))

    def add_empty_reply(self, message: Message) -> None:
        """Store the cost of a reply that says nothing."""
        self.record(self.conversation.add_empty_reply(message, self.now()))

    def checkpoint(
        self, turn_id: str, text: str, *, before: Sequence[Turn] = (), after: str = ""
    ) -> None:
        """Store a part of a reply that is still arriving, placed as `add` does it. The
        finished turn supersedes it."""
        head = self.conversation.head
        partial = self.conversation.partial(turn_id, text, self.now(), after=after or None)
        back = self._back_to(head) if after else ()
        self.record(*before, partial, *back)

    def record(self, *records: Record) -> None:
        """Append records that were already applied to the conversation, in one write."""
        try:
            self.journal.append(*records)
        except DiskError as error:
            self._disk_refused(error, records)
        else:
            self.disk_failed = False

    def _disk_refused(self, error: DiskError, records: Sequence[Record]) -> None:
        """Warn about the first failure and for each question, not for each checkpoint."""
        has_question = any(isinstance(r, Turn) and r.role == "user" for r in records)
        if not self.disk_failed or has_question:
            self.warn(f"{error.message} {CONTINUES_IN_MEMORY}")
        self.disk_failed = True

    def why_unsaved(self) -> str:
        """Why this conversation is not completely on disk; "" if it is, or should not be.
        Tries again to write what the disk refused before."""
        if not (self.journal.saves and self.conversation.turn_count):
            return ""
        try:
            self.journal.verify()
        except DiskError as error:
            return error.message
        self.disk_failed = False
        return ""

    def save_anew(self) -> None:
        """Write the whole conversation to a new file. Raises DiskError."""
        renewed = self.archive.renew(self.conversation, self.journal)
        self.conversation, self.journal = renewed
        self.journal.verify()
        self.disk_failed = False

    def close(self) -> None:
        """Close the conversation. What the disk refused goes to a new file, if possible."""
        if self.journal.unsaved and not self.gives_up and self.why_unsaved():
            with suppress(DiskError):
                self.save_anew()
        self.journal.close()

    def tell_problems(self) -> None:
        """Say which files were skipped when conversations were listed or found."""
        for line in self.archive.problems():
            self.warn(line)

    def go_on_from(self, summary: str, before: str | None) -> None:
        """Begin a branch with a summary of the branch that ends at `before`."""
        message, extra = user_message(summary), {COMPACTS: before}
        at, new = self.now(), self.new_id()
        self.record(self.conversation.begin_branch(message, new, at, extra=extra))

    def request(
        self,
        question: Message | None = None,
        *,
        thinking: bool = True,
        model: str = "",
        end: str = "",
    ) -> Request:
        """The request for the conversation as it is (or was after the turn `end`), or
        as it would be with that question. `thinking` is False to leave out that of earlier
        turns. With `model`, that one is asked instead of the conversation's own: it gets no
        thinking of others, and no setting that it does not accept."""
        return build_request(self, question, thinking=thinking, model=model, end=end or None)

    def change_model(self, model: str) -> str:
        """Use another model from now on. A setting that it does not accept returns to the
        default. Returns the line that says so."""
        self.record(self.conversation.configure(model=model))
        facts, dropped = self.facts(model), []
        if self.thinking is not None and not facts.takes_thinking(self.thinking):
            dropped.append(f"thinking {self.thinking!r}")
            self.thinking = None
        if self.effort is not None and not facts.takes_effort(self.effort):
            dropped.append(f"effort {self.effort!r}")
            self.effort = None
        refused = f" It does not accept {' and '.join(dropped)}." if dropped else ""
        return f"{model} answers from now on.{refused}"

    def switch(self, conversation: Conversation, journal: Journal) -> None:
        """Close this conversation and continue with another."""
        self.close()
        self.conversation, self.journal = conversation, journal
        self.disk_failed = self.gives_up = False

    def begin(self) -> None:
        """Start an empty conversation with the same model and system prompt."""
        self.switch(*self.archive.start(self.conversation.model, self.conversation.system))
