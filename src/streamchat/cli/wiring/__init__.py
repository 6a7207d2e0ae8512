"""Builds the parts of a run from the settings: archive, session, screen; `source` builds
the source of replies.

Each edge is imported in the function that builds its part, because the prompt must be on the
screen before most of them are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from streamchat.app.prompt_cache import choose_ttl
from streamchat.cli import attaching
from streamchat.cli.run import Run, read_appearance
from streamchat.cli.short_names import build_model_names
from streamchat.cli.trust import ask_on_terminal
from streamchat.config.load import read_prompt_file
from streamchat.config.templates import Templates
from streamchat.core.budget import Budget, Price
from streamchat.core.key_mask import KeyMask
from streamchat.core.ports import Archive, Index, OpenedConversation
from streamchat.core.settings import Settings, SettingSource, endpoint, masked
from streamchat.core.settings.resolve import build_preferences
from streamchat.core.web import Web
from streamchat.models.prices import Prices

if TYPE_CHECKING:
    from streamchat.app.session import Session
    from streamchat.core.schema import Shape
    from streamchat.export import FileExporter
    from streamchat.models.cache import ModelCache
    from streamchat.render.screen.terminal_screen import TerminalScreen
    from streamchat.store import FileSpendingLog


def open_archive(run: Run) -> Archive:
    """The archive of saved conversations; with --no-save, it writes nothing."""
    from streamchat.store import Disk, Store

    env = run.env
    store = Store(
        run.paths.conversations,
        disk=Disk(),
        clock=env.clock,
        new_id=env.new_id,
        open_index=partial(open_index, run),
        directory_now=str(env.cwd),
        only_here=run.settings.here,
        mask=build_mask(run, KeyMask.mask_part),
    )
    return store.not_saving() if run.settings.no_save else store


def open_index(run: Run) -> Index | None:
    """The index of the conversations; None where Python lacks sqlite3."""
    try:
        from streamchat.search import SqliteIndex  # sqlite3: 7 ms, not needed for a chat
    except ImportError:
        return None
    return SqliteIndex(run.paths.search_index)


@dataclass(frozen=True, slots=True)
class GivenTexts:
    """The system prompt, from wherever it comes, and the shape that answers must have. Read
    before the session is opened, once, because a pipe can be read only once."""

    system: str | None = None
    shape: Shape | None = None


def read_given(run: Run) -> GivenTexts:
    """Blocks for as long as a pipe is silent. Raises NotFound, ConfigError, UsageError."""
    settings = run.settings
    system = settings.system
    if settings.system_file:
        system = read_prompt_file(run.env.cwd / settings.system_file)
    if not settings.schema:
        return GivenTexts(system)
    from streamchat.cli.schema import build_shape  # only where a shape is asked for

    return GivenTexts(system, build_shape(run, settings.schema))


def open_session(run: Run, archive: Archive, given: GivenTexts, *, copied: str = "") -> Session:
    """The requested conversation, or a copy of the one at the path `copied`.
    Raises NotFound, Busy, DiskError, ConfigError."""
    from streamchat.app.session import Session

    settings = run.settings
    opened = _opened(run, archive, given.system, copied)
    session = Session(
        conversation=opened.conversation,
        journal=opened.journal,
        archive=archive,
        exporter=build_exporter(run, "a ! after the name overwrites it"),
        max_tokens=settings.max_tokens,
        effort=settings.effort,
        thinking=settings.thinking,
        cache=not settings.no_caching,
        select_files=lambda text: attaching.select_files(
            run, text, model=session.conversation.model, wait=attaching.wait_beside_the_loop()
        ),
        names_files=partial(attaching.names_files, run),
        names_pipe=partial(attaching.names_pipe, run),
        new_id=run.env.new_id,
        clock=run.env.clock,
        warn=run.notes.warn,
        forget_typed=partial(forget_typed, run),
        forget_key=partial(forget_key, run),
        budget=build_budget(run, lambda text: session.warn(text)),
        web=build_web(settings) if settings.web else None,
        web_setup=build_web(settings),
        citations=settings.citations,
        templates=Templates(run.paths, run.env.cwd, run.env.user, ask_on_terminal(run.env)),
        fallback=settings.fallback,
        stop=settings.stop,
        extra=dict(settings.request),
        server=server_name(settings),
        compares_requests=compares_requests(settings),
        model_names=build_model_names(settings, run.paths, run.env),
        preferences=build_preferences(settings),
    )
    session.choose_ttl = lambda: choose_ttl(settings.cache_ttl, session)
    session.shape = given.shape
    tell_problems(run, archive, opened)
    return session


def build_exporter(run: Run, how_to_replace: str) -> FileExporter:
    """Exports go to other people: without the keys of this session."""
    from streamchat.export import FileExporter

    return FileExporter(run.env.cwd, run.env.home, how_to_replace, build_mask(run))


def build_mask(
    run: Run, how: Callable[[KeyMask, str], str] = KeyMask.mask
) -> Callable[[str], str]:
    """Masks in a text every key that this session has used so far."""

    def mask(text: str) -> str:
        keys = run.env.secrets.keys
        return how(_key_mask(keys), text) if keys else text

    return mask


@lru_cache(maxsize=1)
def _key_mask(keys: tuple[str, ...]) -> KeyMask:
    return KeyMask(keys, masked)


def read_conversation(run: Run, ref: str) -> OpenedConversation:
    """Read it, and report what is wrong with its file. Raises NotFound, DiskError."""
    archive = open_archive(run)
    opened = archive.read(ref)
    tell_problems(run, archive, opened)
    return opened


def tell_problems(run: Run, archive: Archive, opened: OpenedConversation | None = None) -> None:
    """Say which files were skipped, and what is damaged in the one that was opened."""
    for line in (*archive.problems(), *(opened.damage if opened else ())):
        run.notes.warn(line)


def forget_key(run: Run) -> bool:
    """Remove the key from .env; whether there was one. Raises ConfigError, DiskError."""
    from streamchat.config import writing

    return writing.forget_key(run.paths)


def forget_typed(
    run: Run, conversation: str, *, texts: Collection[str], names: Collection[str]
) -> None:
    """See ForgetTyped."""
    from streamchat.prompt import forgetting

    history, drafts = run.paths.history, run.paths.drafts
    forgetting.forget_typed(history, drafts, conversation, texts=texts, names=names)


def server_name(settings: Settings) -> str:
    """The name of the server, as it is stored with each turn."""
    if settings.demo:
        return "demo"
    return settings.platform or endpoint(settings).address.host


def compares_requests(settings: Settings) -> bool | None:
    """True where the server is known to take the parameter; others show it in a reply."""
    is_own = not settings.platform and endpoint(settings).address.is_default
    return True if settings.demo or is_own else None


def build_budget(run: Run, warn: Callable[[str], None] | None = None) -> Budget:
    """Prices are Anthropic's: what another server takes is not known, the demo is free. `warn`
    is told when the log cannot be written."""
    settings = run.settings
    cap = settings.max_cost_usd
    if settings.demo:
        return Budget(cap_usd=cap, billed=False)
    own = dict(settings.prices)
    is_anthropic = not settings.platform and endpoint(settings).address.is_default
    day_cap, log = settings.max_cost_day_usd, open_spending_log(run, warn or run.notes.warn)
    budget = Budget(cap_usd=cap, day_cap_usd=day_cap, log=log)
    if own or is_anthropic:
        budget.price = prices = Prices(own, has_table=is_anthropic)
        budget.note_name = prices.note_name
    return budget


def open_spending_log(run: Run, warn: Callable[[str], None]) -> FileSpendingLog:
    """The log of what every run costs; it holds no text, so incognito runs are in it."""
    from streamchat.store import Disk, FileSpendingLog

    env = run.env
    return FileSpendingLog(run.paths.spending_log, Disk(), env.clock, env.new_id, warn)


def live_price(session: Session) -> Price | None:
    """Prices for the status line, which must not wait for the table of prices."""
    price = session.budget.price
    return price.if_loaded if isinstance(price, Prices) else None


def load_prices(session: Session) -> None:
    """Load the prices, if there are any, in a thread."""
    price = session.budget.price
    if isinstance(price, Prices):
        import threading

        threading.Thread(target=price.load, daemon=True).start()


def open_model_cache(run: Run) -> ModelCache | None:
    """None with --no-save and for the demo, whose port changes each time."""
    if run.settings.demo or run.settings.no_save:
        return None
    from streamchat.models.cache import ModelCache

    url = endpoint(run.settings).address.url
    return ModelCache(run.paths.cache_dir, url, run.env.clock)


def _opened(run: Run, archive: Archive, system: str | None, copied: str) -> OpenedConversation:
    settings = run.settings
    if not (settings.continue_newest or settings.resume):
        return OpenedConversation(*archive.start(settings.model, system))
    if copied:
        source = archive.read(copied)
        opened = OpenedConversation(*archive.fork(source.conversation), source.damage)
        opened.journal.verify()
    elif settings.resume:
        opened = archive.open(settings.resume, model=settings.model)
    else:
        opened = archive.open_newest()
    _apply_flags(run, opened, system)
    return opened


def _apply_flags(run: Run, opened: OpenedConversation, system: str | None) -> None:
    """A resumed conversation keeps its model and system prompt unless a flag changes them;
    files and variables apply to new conversations."""
    conversation = opened.conversation
    origins = run.settings.origins
    named = {name for name, origin in origins.items() if origin.source is SettingSource.FLAG}
    may_change = "model" in named or not conversation.model
    if may_change and run.settings.model != conversation.model:
        opened.journal.append(conversation.configure(model=run.settings.model))
    if named & {"system", "system_file"} and system != conversation.system:
        opened.journal.append(conversation.configure(system=system))


def open_terminal_screen(run: Run, *, price: Price | None = None) -> TerminalScreen:
    """The terminal on stdout. What was stored is shown without the keys of this session: an
    older version may have stored one that a server repeated."""
    from streamchat.render import open_screen

    env = run.env
    screen = open_screen(
        env.stdout,
        environ=env.environ,
        clock=env.monotonic,
        appearance=read_appearance(run.settings),
        price=price,
    )
    screen.mask = build_mask(run)
    return screen


def build_web(settings: Settings) -> Web:
    """What the model may do on the web."""
    location = tuple((name, str(value)) for name, value in settings.web_location)
    return Web(settings.web_max_uses, settings.web_allow, settings.web_block, location)
