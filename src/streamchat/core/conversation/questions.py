"""The state of a conversation and everything that can be asked about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from streamchat.core.conversation.history import (
    ASKED,
    AUTOMATIC,
    COMPACTS,
    CONTAINER,
    in_api_order,
    is_paused,
    to_send,
)
from streamchat.core.conversation.titles import one_line
from streamchat.core.conversation.totals import Totals
from streamchat.core.conversation.tree import SignedSettings, Tree
from streamchat.core.messages import LONGEST_NAME, Message, Usage
from streamchat.core.records import Header, Record, Setting, Turn


class SystemPrompt(NamedTuple):
    """The system prompt of a request: what is at its top, whether the system turns are
    sent, and what a new one has to tell; "" if nothing."""

    top: str | None
    tells: bool = False
    news: str = ""


class ReadableConversation:
    """Read access to a conversation; nothing here changes it."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.records: list[Record] = [header]  # in the order of the file
        self._tree = Tree()
        self._settings: dict[str, Any] = {}
        self._totals = Totals()

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def head(self) -> str | None:
        """The turn that the next one follows; None is before the first turn."""
        return self._tree.head

    @property
    def model(self) -> str:
        return str(self._settings.get("model") or self.header.model)[:LONGEST_NAME]

    @property
    def system(self) -> str | None:
        system = self._settings.get("system", self.header.system)
        return system if isinstance(system, str) and system else None

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that the next reply may use on the server, each with its parameters."""
        tools = self._settings.get("tools")
        return tuple(map(str, tools)) if isinstance(tools, list) else ()

    @property
    def cites(self) -> bool:
        """Whether the next reply cites the documents."""
        return self._settings.get("citations") is True

    @property
    def _signed_settings(self) -> SignedSettings:
        return SignedSettings(self.system, self.tools, self.cites)

    @property
    def refuses_system_turns(self) -> frozenset[str]:
        """The models whose server refused them."""
        named = self._settings.get("refuses_system_turns")
        return frozenset(map(str, named)) if isinstance(named, list) else frozenset()

    def _was_told(self, end: str | None) -> bool:
        """Whether the last reply after a system turn was made with it."""
        at = end or self.head
        if at is None or self._tree.nodes[at].told is None:
            return False
        for id in self._tree.said_by("assistant", self._tree.upwards(at)):
            if self._tree.nodes[id].told is None:
                break
            return self._tree.signed_settings(id).tells
        return True

    def prompt(self, *, takes_turns: bool, end: str | None = None) -> SystemPrompt:
        """The system prompt of a request after the head, or after the turn `end`, to a model
        that takes system turns or does not. If it does, a system turn tells what changed in
        mid-conversation."""
        wanted, at = self.system, end or self.head
        node = None if at is None else self._tree.nodes[at]
        if node is None or not node.answered or not takes_turns or wanted is None:
            return SystemPrompt(wanted)
        known = node.top if node.told is None else node.told
        return SystemPrompt(node.top, tells=True, news=wanted if wanted != known else "")

    def is_told_another(self, end: str | None = None) -> bool:
        """Whether a new system prompt would replace one that holds up to that turn."""
        at = end or self.head
        node = None if at is None else self._tree.nodes[at]
        return node is not None and bool(node.told or node.top)

    def signed_settings(self, turn: str) -> SignedSettings:
        """What a turn was made under."""
        return self._tree.signed_settings(turn)

    @property
    def next_parent(self) -> str | None:
        """The turn that the next question follows: the head, or what comes before a
        question that the model declined."""
        head = question = self.head
        while question is not None and self._tree.nodes[question].turn.role == "system":
            question = self.before(question)
        declined = question is not None and question == self._settings.get("declined")
        return self.before(question) if question is not None and declined else head

    @property
    def sends_thinking(self) -> bool:
        """False once a server refused the thinking of earlier turns."""
        return self._settings.get("sends_thinking") is not False

    @property
    def title(self) -> str:
        """The title that was set, else the user's first line, else ""."""
        if self.given_title:
            return self.given_title
        asked = map(self.turn, self._tree.said_by("user", list(self._tree.nodes)))
        return next(filter(None, (one_line(_question(turn)) for turn in asked)), "")

    @property
    def given_title(self) -> str:
        """The title that was set; "" if the title is the first line of the conversation."""
        given = self._settings.get("title")
        return one_line(given) if isinstance(given, str) else ""

    @property
    def titles(self) -> frozenset[str]:
        """All titles that it ever had."""
        given = (r.changes.get("title") for r in self.records if isinstance(r, Setting))
        return frozenset(filter(None, (*(one_line(str(t or "")) for t in given), self.title)))

    def turn(self, id: str) -> Turn:
        """A turn by its id. A turn whose line was damaged has no content."""
        return self._tree.turn(id)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn of every branch, oldest first."""
        return tuple(self.turn(id) for id in self._tree.nodes)

    @property
    def turn_count(self) -> int:
        """The number of turns; unlike `turns`, this parses none of them."""
        return len(self._tree.nodes)

    @property
    def path(self) -> tuple[Turn, ...]:
        """The open branch, from its first turn to the head."""
        return tuple(self.turn(id) for id in self._tree.path())

    def tail(self, count: int) -> tuple[Turn, ...]:
        """The last turns of the path; unlike `path`, this parses no others."""
        ids = [id for id, _ in zip(self._tree.upwards(), range(count), strict=False)]
        return tuple(self.turn(id) for id in reversed(ids))

    def before(self, turn: str) -> str | None:
        """The turn that one follows; None for a first one."""
        return self._tree.nodes[turn].parent

    def children(self, turn: str | None) -> tuple[Turn, ...]:
        """The turns that follow one, oldest first; None for the first turns."""
        return tuple(self.turn(id) for id in self._tree.ids_below(turn))

    def outline(self) -> tuple[tuple[str, str | None], ...]:
        """The id and the parent of every turn, oldest first; parses none of them."""
        return tuple((id, node.parent) for id, node in self._tree.nodes.items())

    def line(self) -> tuple[str, ...]:
        """The ids of the path; unlike `path`, this parses none of the turns."""
        return tuple(self._tree.path())

    @property
    def last_question(self) -> Turn | None:
        """The last question of the user; summaries and questions of the program do not
        count."""
        asked = map(self.turn, self._tree.said_by("user", self._tree.upwards()))
        return next((turn for turn in asked if not _is_ours(turn)), None)

    @property
    def last_asked(self) -> str | None:
        """Where answers to the last question are added: to the question, or to the system turn
        after it that told the present system prompt."""
        question = self.last_question
        if question is None:
            return None
        found = question.id
        path = self.line()
        for id in path[path.index(question.id) + 1 :]:
            node = self._tree.nodes[id]
            if node.turn.role != "system":
                break
            found = id if node.told == self.system else found
        return found

    @property
    def last_reply(self) -> Turn | None:
        ids = self._tree.said_by("assistant", self._tree.upwards())
        return next(map(self.turn, ids), None)

    @property
    def is_paused(self) -> bool:
        """Whether the conversation ends with a reply that the server will continue."""
        return self.head is not None and is_paused(self.turn(self.head).message)

    @property
    def container(self) -> str:
        """Where the tools of that reply run on the server; "" if it named none."""
        paused = self.turn(self.head) if self.head and self.is_paused else None
        return str(paused.extra.get(CONTAINER, "")) if paused else ""

    @property
    def models(self) -> tuple[str, ...]:
        """Its own model, and those that answered in any branch."""
        return tuple(dict.fromkeys((self.model, *self._totals.models)))

    @property
    def cost_usd(self) -> float | None:
        """The cost of all branches together; None if no reply has a price."""
        return self._totals.cost_usd

    @property
    def usage(self) -> Usage:
        """The tokens of all branches together."""
        return self._totals.usage

    @property
    def unreadable(self) -> dict[str, int]:
        """Turns that were found damaged when they were first read, with their lines."""
        return self._tree.unreadable

    def request_messages(
        self,
        prompt: SystemPrompt | None = None,
        *,
        thinking: bool = True,
        server: str = "",
        end: str | None = None,
        then: Iterable[Message] = (),
    ) -> tuple[Message, ...]:
        """The messages for the model on `server`: the path to the head, or to the turn `end`,
        by the rules of history, followed by `then`. The request must carry the top of
        `prompt`. `thinking` is False when that server refused it. Without `prompt`, system
        turns are sent as they were before."""
        prompt = prompt or self.prompt(takes_turns=self._was_told(end), end=end)
        signed = SignedSettings(prompt.top, self.tools, self.cites, prompt.tells)
        path = self._tree.path(end)
        after = tuple(then)
        sent = to_send(
            self._tree, path, signed, thinking=thinking, server=server, goes_on=not after
        )
        return tuple(in_api_order((*sent, *after)))

    def last_exchanges(self, count: int | None) -> tuple[Turn, ...]:
        """The turns of the path from its last `count` questions on; all of them for None."""
        path = self.path
        asked = [at for at, turn in enumerate(path) if turn.role == "user"]
        return path if count is None or count >= len(asked) else path[asked[-count] :]


def _is_ours(turn: Turn) -> bool:
    return COMPACTS in turn.extra or AUTOMATIC in turn.extra


def _question(turn: Turn) -> str:
    """What the user asked, without the piped text before it."""
    asked = turn.extra.get(ASKED)
    return asked if isinstance(asked, str) and asked.strip() else turn.message.text
