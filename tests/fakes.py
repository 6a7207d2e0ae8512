"""Stand-ins for the ports: a scripted source, keyboard and screen, journals in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from streamchat.app.commands.outcomes import AskUser, LongWork, Outcome
from streamchat.app.session import Session
from streamchat.core.attachment_blocks import Selection
from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import ConversationSummary, Hit, IndexProgress
from streamchat.core.errors import DiskError, NotFound, StreamchatError
from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    Finished,
    Started,
    TextDelta,
    UsageUpdated,
)
from streamchat.core.messages import Message, Request, Usage, text_block
from streamchat.core.ports import (
    Archive,
    Copied,
    CopiedTo,
    Ending,
    Exporter,
    ImportResult,
    Input,
    Journal,
    OpenedConversation,
    PickAct,
    Picked,
    Reader,
    stops_none,
)
from streamchat.core.records import Record, Turn

T = TypeVar("T")
NOW_S = 1_790_000_000.0
MODEL = "claude-test"


@dataclass(frozen=True, slots=True)
class Hang:
    """A step of a script: nothing more comes until the reply is stopped."""

    reached: Callable[[], object] = lambda: None


Step: TypeAlias = Event | StreamchatError | Hang | BaseException


def reply_events(
    *pieces: str, stop_reason: str = "end_turn", model: str = MODEL
) -> list[Event]:
    """A whole reply of one text block."""
    text = "".join(pieces)
    usage = Usage(input_tokens=10, output_tokens=len(pieces))
    content = (text_block(text),) if text else ()
    message = Message("assistant", content, model, stop_reason, usage, request_id="req_1")
    return [
        *partial_events(*pieces, model=model),
        BlockStopped(0, text_block(text)),
        UsageUpdated(usage),
        Finished(message),
    ]


def partial_events(*pieces: str, model: str = MODEL) -> list[Event]:
    """A reply that has begun."""
    start = Started("msg_1", model, Usage(input_tokens=10))
    return [start, BlockStarted(0, "text"), *(TextDelta(piece) for piece in pieces)]


@dataclass(slots=True)
class ScriptedSource:
    """Each call of `stream` plays the next script; requests are kept."""

    scripts: list[Sequence[Step]]
    requests: list[Request] = field(default_factory=list)
    counts: list[int | StreamchatError] = field(default_factory=list)  # of count_tokens
    counted: list[Request] = field(default_factory=list)
    closed: int = 0  # replies that were ended, one way or another

    async def count_tokens(self, request: Request) -> int:
        self.counted.append(request)
        count = self.counts.pop(0)
        if isinstance(count, StreamchatError):
            raise count
        return count

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        self.requests.append(request)
        try:
            for step in self.scripts.pop(0):
                match step:
                    case Hang(reached):
                        reached()
                        await asyncio.Event().wait()
                    case BaseException():
                        raise step
                    case _:
                        yield step
        finally:
            self.closed += 1


@dataclass(slots=True)
class RecordingView:
    """Keeps what it was told."""

    events: list[Event] = field(default_factory=list)
    closings: list[tuple[Ending, Message | None]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # how long the replies took
    fault: BaseException | None = None  # raised at the first text

    def feed(self, event: Event) -> None:
        self.events.append(event)
        if self.fault is not None and isinstance(event, TextDelta):
            raise self.fault

    async def catch_up(self) -> None:
        """What is recorded is never behind."""

    def close(self, ending: Ending, message: Message | None, seconds: float) -> None:
        self.closings.append((ending, message))
        self.times.append(seconds)

    @property
    def text(self) -> str:
        return "".join(e.text for e in self.events if isinstance(e, TextDelta))


@dataclass(slots=True)
class MemoryJournal:
    """A journal that keeps records in a list, or refuses them while `full`."""

    name: str = "memory"
    saves: bool = True
    records: list[Record] = field(default_factory=list)
    full: bool = False
    closed: bool = False
    unsaved: int = 0

    def verify(self) -> None:
        if self.unsaved:
            raise DiskError("The disk is full.")

    def append(self, *records: Record) -> None:
        if self.full:
            self.unsaved += len(records)
            raise DiskError("The disk is full.")
        self.unsaved = 0
        self.records += records

    def close(self) -> None:
        self.closed = True


@dataclass
class MemoryArchive:
    """Conversations by title. It finds the hits whose text or title holds what is searched;
    each of `steps` is one of catching up, after which `later` are found too."""

    kept: dict[str, Conversation] = field(default_factory=dict)
    listed: list[ConversationSummary] = field(default_factory=list)
    started: list[Conversation] = field(default_factory=list)
    saves: bool = True
    deleted: list[str] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    later: list[Hit] = field(default_factory=list)
    steps: int = 0
    asked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def start(self, model: str, system: str | None) -> tuple[Conversation, Journal]:
        name = f"conversation-{len(self.started) + 1}"
        conversation = Conversation.new(
            id=name, created="2026-09-21T14:13:20Z", model=model, system=system
        )
        self.started.append(conversation)
        return conversation, MemoryJournal(name, saves=self.saves)

    def not_saving(self) -> Archive:
        return MemoryArchive(self.kept, self.listed, self.started, saves=False)

    def saving(self) -> Archive:
        return MemoryArchive(self.kept, self.listed, self.started)

    def fork(self, conversation: Conversation) -> tuple[Conversation, Journal]:
        copy, journal = self.start(conversation.model, conversation.system)
        for record in conversation.records[1:]:
            copy.apply(record)
        return copy, journal

    def open(self, ref: str, *, model: str) -> OpenedConversation:
        if ref not in self.kept:
            raise NotFound(f"There is no conversation {ref!r}.")
        return OpenedConversation(self.kept[ref], MemoryJournal(ref))

    def open_newest(self) -> OpenedConversation:
        return self.open(next(iter(self.kept), ""), model=MODEL)

    def read(self, ref: str, *, model: str = "") -> OpenedConversation:
        return self.open(ref, model=model)

    def summaries(self) -> list[ConversationSummary]:
        return self.listed

    def problems(self) -> list[str]:
        skipped, self.skipped = self.skipped, []
        return skipped

    def catch_up(self) -> Iterator[IndexProgress]:
        for done in range(1, self.steps + 1):
            yield IndexProgress(done, self.steps)
        self.hits += self.later
        self.later = []

    def search(self, text: str, *, most: int) -> list[Hit]:
        self.asked.append(text)
        return [hit for hit in self.hits if text in f"{hit.summary.title}\n{hit.text}"][:most]

    def browse(self, text: str, *, most: int) -> list[Hit]:
        return self.search(text, most=most)

    def require_deletable(self, ref: str) -> None:
        self.open(ref, model="")

    def delete(self, ref: str) -> None:
        self.open(ref, model="")
        self.deleted.append(ref)
        del self.kept[ref]

    def take_in(self, made: Iterable[Conversation]) -> Iterator[ImportResult]:
        for each in made:
            self.kept[each.title] = each
            count = each.turn_count
            yield ImportResult(each.id, each.title, count, count, is_new=True)

    def keep(self, conversation: Conversation) -> Journal:
        return MemoryJournal("kept")

    def renew(
        self, conversation: Conversation, journal: Journal
    ) -> tuple[Conversation, Journal]:
        return conversation, MemoryJournal("anew")


@dataclass(slots=True)
class MemoryExporter:
    """Keeps what was to be written: (form, path, replies, replace)."""

    saved: list[tuple[str, str, int | None, bool]] = field(default_factory=list)

    def text(self, conversation: Conversation, form: str, *, replies: int | None) -> str:
        return f"{form} of {conversation.title}"

    def save(
        self,
        conversation: Conversation,
        form: str,
        *,
        path: str,
        replies: int | None,
        replace: bool,
    ) -> str:
        self.saved.append((form, path, replies, replace))
        return f"/somewhere/{path or f'chat.{form}'}"


ENTER = "\r"


@dataclass(slots=True)
class ScriptedReader:
    """Types what it is told; `during` is called with the stop of each reply."""

    inputs: Iterator[Input]
    prompts: list[tuple[str, str]] = field(default_factory=list)
    on_read: Callable[[], None] = lambda: None
    during: Callable[[Callable[[], None]], None] = lambda _stop: None
    stop_one: Callable[[int], bool] = stops_none  # of the comparison in progress
    answers: Iterator[bool] = field(default_factory=lambda: iter(()))
    picks: Iterator[str | None] = field(default_factory=lambda: iter(()))
    act: PickAct = PickAct.OPEN  # what to do with what is picked
    notes: list[str] = field(default_factory=list)  # that the lists showed
    questions: list[str] = field(default_factory=list)
    are_unexpected: list[bool] = field(default_factory=list)  # the questions with options

    async def confirm(self, question: str, *, default: bool) -> bool:
        self.questions.append(question)
        return next(self.answers)

    async def pick(
        self,
        archive: Archive,
        age: Callable[[float], str],
        *,
        words: str = "",
        note: str = "",
    ) -> Picked | None:
        self.notes.append(note)
        path = next(self.picks)
        return None if path is None else Picked(path, self.act)

    async def ask_text(self, question: str, *, prefill: str = "") -> str | None:
        self.questions.append(question)
        return next(self.picks)

    def suspend(self) -> bool:
        return False

    @property
    def can_choose(self) -> bool:
        """See ports.Reader."""
        return True

    async def choose(
        self,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        current: T | None = None,
        comes_by_itself: bool = False,
    ) -> T | None:
        """The option whose text begins with the next pick; ENTER takes the current one."""
        self.questions.append(question)
        self.are_unexpected.append(comes_by_itself)
        wanted = next(self.picks)
        if wanted == ENTER:
            return current
        found = (value for value, label in options if wanted and label.startswith(wanted))
        return next(found, None)

    async def ask_secret(self, question: str) -> str | None:
        self.questions.append(question)
        return next(self.picks)

    queued: int = 0
    holds: int = 0

    def hold(self) -> int:
        self.holds += 1
        return self.queued

    echoed: list[str] = field(default_factory=list)

    def echo(self, text: str) -> None:
        self.echoed.append(text)

    interrupts: bool = False  # the user stops long work at once

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        if self.interrupts:
            raise KeyboardInterrupt
        yield

    def close(self) -> None:
        """Nothing is kept here."""

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        self.prompts.append((prefill, hint))
        self.on_read()
        return next(self.inputs)

    @asynccontextmanager
    async def watching(
        self, stop: Callable[[], None], stop_one: Callable[[int], bool] = stops_none
    ) -> AsyncIterator[None]:
        self.stop_one = stop_one
        self.during(stop)
        yield


@dataclass(slots=True)
class RecordingComparison:
    """Several views, and how often all were closed."""

    views: Sequence[RecordingView]
    closed: int = 0

    async def catch_up(self) -> None:
        """What is recorded is never behind."""

    def close(self) -> None:
        self.closed += 1


@dataclass(slots=True)
class RecordingScreen:
    """Keeps what it was told to show, as (kind, text) pairs."""

    shown: list[tuple[str, str]] = field(default_factory=list)
    views: list[RecordingView] = field(default_factory=list)

    def reply(self, *, model: str, trace: bool = False) -> RecordingView:
        self.views.append(RecordingView())
        return self.views[-1]

    def compare(self, labels: Sequence[str]) -> RecordingComparison:
        self.shown += [("label", label) for label in labels]
        views = [RecordingView() for _ in labels]
        self.views += views
        return RecordingComparison(views)

    def banner(self, lines: list[str]) -> None:
        self.shown += [("banner", line) for line in lines]

    def notice(self, text: str) -> None:
        self.shown.append(("notice", text))

    def error(self, text: str) -> None:
        self.shown.append(("error", text))

    def markdown(self, source: str) -> None:
        self.shown.append(("markdown", source))

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        self.shown += [("history", turn.message.text) for turn in turns]

    async def redraw(self, message: Message) -> None:
        self.shown.append(("redrawn", message.text))

    async def copy(self, text: str) -> Copied | None:
        self.shown.append(("copied", text))
        return Copied(CopiedTo.SYSTEM, "xclip")


async def no_advice(_model: str) -> str:
    """What a REPL says of a model: nothing."""
    return ""


def counting_ids() -> Callable[[], str]:
    """id1, id2, …"""
    numbers = itertools.count(1)
    return lambda: f"id{next(numbers)}"


def open_session(
    warnings: list[str] | None = None, exporter: Exporter | None = None
) -> Session:
    """An empty conversation, kept in memory."""
    archive = MemoryArchive()
    conversation, journal = archive.start(MODEL, None)
    return Session(
        conversation=conversation,
        journal=journal,
        archive=archive,
        exporter=exporter or MemoryExporter(),
        max_tokens=1000,
        effort=None,
        thinking=None,
        cache=True,
        select_files=lambda ref: Selection(({"type": "document", "title": ref},)),
        new_id=counting_ids(),
        clock=lambda: NOW_S,
        forget_typed=lambda conversation, *, texts, names: None,
        warn=(warnings if warnings is not None else []).append,
    )


def answered(outcome: Outcome, reader: Reader | None = None) -> Outcome:
    """What is shown after all questions and long work."""
    while isinstance(outcome, (AskUser, LongWork)):
        if isinstance(outcome, LongWork):
            outcome = outcome.run()
        else:
            asking = outcome.then(reader or ScriptedReader(iter(())))
            outcome = asyncio.run(asking)  # type: ignore[arg-type]
    return outcome
