"""What the menu offers behind each command."""

from __future__ import annotations

import asyncio
import re

import pytest

from fakes import MODEL, open_session
from program import run_on_terminal
from streamchat.cli.command_arguments import CommandArguments
from streamchat.core.errors import Unreachable
from streamchat.core.ports import FixedConfiguration
from terminal import Person


class Configured(FixedConfiguration):
    """The settings of a chat; without a list of models, the server does not answer."""

    def __init__(self, models: list[tuple[str, str]] | None) -> None:
        self._models = models
        self.asked = 0

    async def models(self) -> list[tuple[str, str]]:
        self.asked += 1
        if self._models is None:
            raise Unreachable("no")
        return self._models

    def profiles(self) -> list[tuple[str, str]]:
        return [("work", "work  https://a.example  opus")]

    def themes(self) -> list[tuple[str, str]]:
        return [("dark", "dark"), ("monokai", "monokai, for code")]


def arguments(
    models: list[tuple[str, str]] | None = None, *, may_ask: bool = True
) -> tuple[CommandArguments, Configured]:
    session, configured = open_session(), Configured(models)
    session.configuration = configured
    return CommandArguments(session, lambda: may_ask), configured


def offered(made: CommandArguments, command: str, typed: str = "") -> list[str]:
    return [choice.text for choice in made(command, typed)]


def test_models_are_those_of_the_server_and_it_is_asked_once() -> None:
    made, configured = arguments([("claude-x", "claude-x  200k  $3 in $15 out")])
    assert offered(made, "model") == [MODEL]
    for _ in range(2):
        asyncio.run(made.gather("model"))
    assert configured.asked == 1
    assert {choice.text: choice.note for choice in made("model", "")} == {
        "claude-x": "200k $3 in $15 out",
        MODEL: "",
    }
    assert offered(made, "compare", "opus cl") == ["opus claude-x", f"opus {MODEL}"]


@pytest.mark.parametrize("may_ask", [True, False])
def test_a_server_that_does_not_answer_leaves_the_menu_as_it_was(may_ask: bool) -> None:
    made, configured = arguments(may_ask=may_ask)
    asyncio.run(made.gather("model"))
    assert offered(made, "retry") == [MODEL]
    assert configured.asked == int(may_ask)


@pytest.mark.parametrize(
    ("command", "typed", "some"),
    [
        ("effort", "", ["low", "default"]),
        ("think", "", ["adaptive", "off", "default"]),
        ("export", "", ["md", "html", "json"]),
        ("web", "", ["on", "off"]),
        ("incognito", "", ["off"]),
        ("tree", "", ["all"]),
        ("role", "", ["new ", "off"]),
        ("help", "", ["keys", "all", "attach"]),
        ("config", "", ["theme ", "keys "]),
        ("config", "keys ", ["keys emacs", "keys vi"]),
        ("config", "theme ", ["theme dark", "theme monokai"]),
        ("config", "quiet ", ["quiet on", "quiet off"]),
        ("nonsense", "", []),
        ("system", "", ["off"]),
    ],
)
def test_a_command_has_its_own_arguments(command: str, typed: str, some: list[str]) -> None:
    assert set(some) <= set(offered(arguments()[0], command, typed))


def test_profiles_are_those_of_the_configuration() -> None:
    choices = list(arguments()[0]("profile", ""))
    assert [(choice.text, choice.note) for choice in choices] == [
        ("work", "https://a.example opus"),
        ("off", ""),
    ]


def test_conversations_are_offered_by_their_titles() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("Why is the sky blue?\r")
        person.wait_for("tok/s")
        person.wait_for_prompt()
        person.type("/resume SKY")
        entry = re.compile(r" +\S{8}  Why is the sky blue\?")
        person.wait_for(lambda: any(map(entry.fullmatch, person.rows)))
        person.type("\x03\x04")

    assert run_on_terminal(act, "--demo").status == 0


def test_a_slash_opens_the_menu_of_the_program() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("/")
        person.wait_for("/resume")
        person.type("\x7f/eff")
        person.wait_for("Show or set how much effort")
        person.type("ort ")
        person.wait_for("xhigh")
        person.type("\x03\x04")

    assert run_on_terminal(act, "--demo").status == 0


def test_the_menu_opens_at_tab_only_where_that_is_wanted() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("/ex")
        person.wait_for("/ex")
        person.type("\t")
        person.wait_for("Leave streamchat")
        person.type("\x03\x04")

    assert run_on_terminal(act, "--demo", "--menu", "tab").status == 0


def test_alt_m_and_alt_e_change_what_the_status_line_says() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("\x1bm")
        person.wait_for("claude-haiku-5-5 answers from now on.")
        person.type("\x1bm\x1be")
        person.wait_for("low effort")
        person.type("\x04")

    favorites = ("--favorite-models", "haiku", "--favorite-models", "opus")
    assert run_on_terminal(act, "--demo", *favorites).status == 0
