"""What the menu offers behind each command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes import MODEL, open_session
from program import run_on_terminal
from streamchat.api.catalogue import ModelInfo
from streamchat.cli.command_arguments import CommandArguments
from streamchat.config import build_paths
from streamchat.core.budget import Budget
from streamchat.core.errors import Unreachable
from streamchat.core.messages import Usage
from terminal import Person


def price(model: str, usage: Usage) -> float | None:
    if not model.startswith("claude"):
        return None
    return (3 * (usage.input_tokens or 0) + 15 * (usage.output_tokens or 0)) / 1e6


def arguments(asked: list[str] | None = None) -> CommandArguments:
    session = open_session()
    session.budget = Budget(price=price)

    async def ask() -> Sequence[ModelInfo]:
        if asked is None:
            raise Unreachable("no")
        asked.append("asked")
        return [ModelInfo("claude-x", "Claude X"), ModelInfo("other", "other")]

    return CommandArguments(build_paths(os.environ, Path.home()), session, ask)


def offered(made: CommandArguments, command: str, typed: str = "") -> list[str]:
    return [choice.text for choice in made(command, typed)]


def test_models_are_those_of_the_server_with_their_prices() -> None:
    asked: list[str] = []
    made = arguments(asked)
    assert offered(made, "model") == [MODEL]
    for _ in range(2):
        asyncio.run(made.gather("model"))
    assert asked == ["asked"]
    assert {choice.text: choice.note for choice in made("model", "")} == {
        "claude-x": "Claude X, $3 in, $15 out per M",
        "other": "",
        MODEL: "$3 in, $15 out per M" if MODEL.startswith("claude") else "",
    }


def test_a_server_that_does_not_answer_leaves_the_menu_as_it_was() -> None:
    made = arguments()
    asyncio.run(made.gather("model"))
    assert offered(made, "retry") == [MODEL]


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
    assert set(some) <= set(offered(arguments(), command, typed))


def test_profiles_and_roles_are_those_of_the_configuration() -> None:
    made = arguments()
    made.paths.config_dir.mkdir(parents=True)
    made.paths.config_file.write_text('[profiles.work]\nmodel = "claude-w"\n')
    assert offered(made, "profile") == ["work", "off"]


def test_conversations_are_offered_by_their_titles() -> None:
    def act(person: Person) -> None:
        person.wait_for_prompt()
        person.type("Why is the sky blue?\r")
        person.wait_for("tok/s")
        person.wait_for_prompt()
        person.type("/resume SKY")
        person.wait_for(lambda: person.prompt.endswith("Why is the sky blue?"))
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
