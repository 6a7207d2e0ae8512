"""--role, --prompt and --roles through the program; /role and prompt files in a chat."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fakes import ScriptedReader, open_session
from program import Finished, run_on_terminal, run_program
from server import ScriptedServer, text_reply
from streamchat.app import commands
from streamchat.app.commands.outcomes import (
    AskUser,
    Done,
    EditFile,
    Outcome,
    SayPrompt,
    ShowReport,
)
from streamchat.app.prompt_files import ask_missing, fill_prompt, join_prompt
from streamchat.app.session import Session
from streamchat.config.allowed import Verdict, remember
from streamchat.config.files import read_text
from streamchat.config.paths import build_paths
from streamchat.config.templates import Templates
from streamchat.core.errors import ConfigError, ExitStatus, UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.ports import AppliedTemplate, FixedConfiguration, Input, Key, Typed
from streamchat.core.templates import Template
from terminal import Person


def write(place: str, text: str) -> Path:
    path = Path(os.environ["XDG_CONFIG_HOME"], "streamchat", place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def ask(*argv: str, stdin: bytes = b"") -> Finished:
    return run_program("--demo", "-q", "--no-save", *argv, stdin=stdin)


def shown(*argv: str) -> str:
    return run_program("--demo", "--show-config", *argv).stdout


def test_a_role_gives_the_system_prompt_and_settings_and_flags_beat_it() -> None:
    write("roles/pirate.md", "---\nmodel: small\neffort: low\n---\nYou are a pirate.\n")
    lines = shown("--role", "pirate", "--effort", "high").splitlines()
    values = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line.split()}
    assert values["system"].startswith("You are a pirate.")
    assert values["model"].startswith("small model in")
    assert values["effort"] == "high --effort"


def test_what_is_piped_is_a_message_and_not_a_part_of_a_role() -> None:
    write("roles/pirate.md", "You know ({{stdin}}).")
    shown = ask("--show-config", "--role", "pirate", stdin=b"piped").stdout
    assert "You know ()." in shown


def test_what_a_role_attaches_is_found_beside_it() -> None:
    write("roles/style.txt", "Say arrr.")
    write("roles/pirate.md", "---\nattach: style.txt\n---\n")
    answer = json.loads(ask("--json", "--role", "pirate", "an unknown question").stdout)["text"]
    assert "a document" in answer


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("---\na: [\n---\nx", ExitStatus.CONFIG, "bad.md, line"),
        ("---\n- a\n---\nx", ExitStatus.CONFIG, "write the front matter as name: value"),
        ("---\nmodel: haiku\nx", ExitStatus.CONFIG, "the front matter has no end"),
        ("---\nmax_tokens: many\n---\nx", ExitStatus.USAGE, "give a whole number"),
        (
            "{{who}}",
            ExitStatus.CONFIG,
            "bad.md needs who: give it a default, {{who|…}}",
        ),
        ("---\nattach: ~nobody-here/x\n---\nx", ExitStatus.NOT_FOUND, "no such user"),
    ],
)
def test_a_bad_role_is_one_line(text: str, status: ExitStatus, reason: str) -> None:
    write("roles/bad.md", text)
    finished = ask("--role", "bad", "hi")
    assert (finished.status, finished.stdout) == (status, "")
    assert reason in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_a_role_that_is_not_there_is_named_with_its_neighbour() -> None:
    write("roles/pirate.md", "x")
    finished = ask("--role", "pirat", "hi")
    assert finished.status == ExitStatus.NOT_FOUND
    assert "did you mean pirate?" in finished.stderr
    assert ask("--role", "../pirate", "hi").status == ExitStatus.USAGE


def test_a_prompt_file_is_filled_from_words_and_the_pipe() -> None:
    write("prompts/review.md", "echo {{path}} for {{what|errors}}")
    assert ask("--prompt", "review", "a.py").stdout == "a.py for errors\n"
    assert ask("--prompt", "review", "what=style", "a.py").stdout == "a.py for style\n"
    write("prompts/sum.md", "echo ({{stdin}})")
    assert ask("--prompt", "sum", stdin=b"piped\n").stdout == "(piped)\n"
    write("prompts/sum.md", "echo ({{stdin|nothing}})")
    assert ask("--prompt", "sum").stdout == "(nothing)\n"
    finished = ask("--prompt", "review")
    assert (finished.status, finished.stdout) == (ExitStatus.USAGE, "")
    assert "The prompt review needs path=" in finished.stderr


def test_the_title_is_that_of_the_prompt_file_without_what_was_piped() -> None:
    write("prompts/review.md", "echo {{path}} for {{what|errors}}")
    write("prompts/sum.md", "echo ({{stdin}})")
    piped = b"2026-11-20 WARN\n"
    run_program("--demo", "--prompt", "review", "path=a.py", stdin=piped)
    run_program("--demo", "--prompt", "sum", stdin=piped)
    listed = json.loads(run_program("--demo", "--list", "--json").stdout)
    assert sorted(each["title"] for each in listed) == ["echo (…)", "echo a.py for errors"]


def test_roles_and_prompts_are_listed() -> None:
    write("roles/b.md", "x")
    write("roles/a.md", "x")
    write("prompts/p.md", "x")
    assert run_program("--roles").stdout == "role\ta\nrole\tb\nprompt\tp\n"
    assert json.loads(run_program("--roles", "--json").stdout) == {
        "roles": ["a", "b"],
        "prompts": ["p"],
    }


# A repository's files


def here(kind: str, name: str, text: str) -> Path:
    path = Path(".streamchat", kind, f"{name}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def allow(path: Path) -> None:
    file = read_text(Path.cwd() / path)
    assert file is not None
    remember(file, Verdict.ALLOWED, build_paths(os.environ, Path.home()).allowed_env)


def test_a_repositorys_prompt_needs_to_be_allowed_and_gives_its_text_alone() -> None:
    path = here("prompts", "local", "---\nmodel: evil\n---\necho local {{a|text}}")
    finished = ask("--prompt", "local")
    assert finished.status == ExitStatus.CONFIG
    assert "you have not allowed it" in finished.stderr
    allow(path)
    finished = run_program("--demo", "--no-save", "--prompt", "local")
    assert finished.stdout == "local text\n"
    assert "its front matter is ignored" in finished.stderr
    told = run_program("--demo", "--no-save", "--script", "-", stdin="/local").stderr
    assert told.count("its front matter is ignored") == 1
    path.write_text("echo changed")
    assert ask("--prompt", "local").status == ExitStatus.CONFIG


def test_a_repositorys_file_never_comes_before_the_users_own_nor_reads_the_clipboard() -> None:
    allow(here("prompts", "p", "echo theirs {{clipboard}}"))
    finished = run_program("--demo", "--no-save", "--prompt", "p")
    assert finished.stdout == "theirs\n"
    assert ".streamchat/prompts/p.md: it may not read your clipboard" in finished.stderr
    write("prompts/p.md", "echo mine")
    assert ask("--prompt", "p").stdout == "mine\n"


# What the front matter sets

SHAPE = {"type": "object", "properties": {"name": {"type": "string"}}}
FRONT_MATTER = f"""---
model: claude-opus-5-5
effort: low
thinking: off
max_tokens: 99
temperature: 0.5
web: true
schema: {json.dumps(SHAPE)}
attach: style.txt
---
"""
SET: dict[str, object] = {
    "model": "claude-opus-5-5",
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SHAPE}},
    "thinking": {"type": "disabled"},
    "max_tokens": 99,
    "temperature": 0.5,
    "tools": ["web_search", "web_fetch"],
    "attached": True,
}


def read_sent(body: dict[str, Any]) -> dict[str, object]:
    """The parts of a request that front matter sets."""
    tools = [tool["name"] for tool in body.get("tools", ())]
    attached = "Say arrr." in str(body["messages"][-1])
    plain = {name: body.get(name) for name in SET}
    return {**plain, "tools": tools, "attached": attached}


@pytest.fixture
def towards_sent(server: ScriptedServer, towards: Mapping[str, str]) -> Mapping[str, str]:
    """With two replies, and a file to attach."""
    server.enqueue(*(text_reply('{"name": "Jack"}') for _ in range(4)))
    write("roles/style.txt", "Say arrr.")
    write("prompts/style.txt", "Say arrr.")
    return towards


def script(environ: Mapping[str, str], *lines: str, argv: tuple[str, ...] = ()) -> Finished:
    text = "\n".join(lines)
    finished = run_program("--script", "-", *argv, stdin=text, environ=environ)
    assert finished.status == 0, finished.stderr
    return finished


@pytest.mark.parametrize(
    ("path", "text", "at_start", "in_chat"),
    [
        (
            "roles/one.md",
            FRONT_MATTER,
            ("--role", "one", "hi"),
            ("/role one", "under", "/role off"),
        ),
        ("prompts/one.md", f"{FRONT_MATTER}hi", ("--prompt", "one"), ("/one",)),
    ],
    ids=["role", "prompt"],
)
def test_each_key_of_the_front_matter_counts_at_the_start_and_in_a_chat(
    server: ScriptedServer,
    towards_sent: Mapping[str, str],
    path: str,
    text: str,
    at_start: Sequence[str],
    in_chat: Sequence[str],
) -> None:
    """A prompt's front matter counts for its own message only."""
    write(path, text)
    assert run_program(*at_start, environ=towards_sent).status == 0
    script(towards_sent, "before", *in_chat, "after")
    first, before, under, after = map(read_sent, server.bodies)
    assert (first, under) == (SET, SET)
    assert before == after
    assert not any(before[name] == SET[name] for name in SET)


def test_the_next_role_takes_back_what_the_first_set(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    write("roles/a.md", "---\neffort: low\nmax_tokens: 9\nattach: style.txt\n---\nArr.")
    write("roles/b.md", "---\nmax_tokens: 8\n---\n")
    lines = ["/role b", "one", "/role a", "/effort high", "/role off", "two"]
    told = script(towards_sent, *lines, argv=("--role", "a", "--max-tokens", "77", "-s", "Be."))
    first, second = server.bodies
    for body, most, effort in ((first, 8, None), (second, 77, "high")):
        assert (body["max_tokens"], body["system"]) == (most, "Be.")
        assert body.get("output_config", {}).get("effort") == effort
        assert not read_sent(body)["attached"]
    assert "No role: what it set is undone." in told.stderr
    shown = script(towards_sent, "/role a", "/config effort", "/role off", "/config effort")
    rows = [line for line in shown.stdout.splitlines() if line.startswith("| effort")]
    assert [row.split(" | ")[1:] for row in rows] == [
        ["low", r"effort in \~/.config/streamchat/roles/a.md |"],
        ["-", "default |"],
    ]


def test_a_setting_can_change_under_a_role_with_values(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    write("roles/cook.md", "You cook {{dish}}.")
    script(
        towards_sent, "/role cook dish=rice", "/config max_tokens 9", "hi", "/role off", "ho"
    )
    sent = [(body.get("system"), body["max_tokens"]) for body in server.bodies]
    assert sent == [("You cook rice.", 9), (None, 9)]


def test_a_role_that_is_wrong_changes_nothing(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    write("roles/a.md", "---\nmodel: small\nschema: '@none'\n---\nArr.")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/role a\r")
        terminal.wait_for("none.json does not exist")
        terminal.wait_for_prompt()
        terminal.type("hi\r")
        terminal.wait_for("Jack")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    run_on_terminal(person, environ=towards_sent)
    [body] = server.bodies
    assert body["model"] == "claude-sonnet-5-5"
    assert "system" not in body


def test_a_temperature_joins_the_parameters_of_the_profile(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    write("config.toml", "[request]\ntop_k = 5\n")
    write("roles/a.md", "---\ntemperature: 0.5\n---\n")
    write("prompts/p.md", "---\ntemperature: 0.7\n---\nhi")
    run_program("--role", "a", "hi", environ=towards_sent)
    run_program("--prompt", "p", environ=towards_sent)
    script(towards_sent, "/role a", "hi", "/p")
    sent = [(body["temperature"], body["top_k"]) for body in server.bodies]
    assert sent == [(0.5, 5), (0.7, 5), (0.5, 5), (0.7, 5)]


def test_many_files_of_a_role_are_asked_about(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    for number in range(101):
        write(f"roles/many/{number}.txt", "x")
    write("roles/a.md", "---\nattach: many\n---\n")
    refused = run_program("--role", "a", "hi", environ=towards_sent)
    assert (refused.status, server.posts) == (ExitStatus.USAGE, [])
    assert "The role would attach 101 files." in refused.stderr
    for answer in "n", "y":
        script(towards_sent, "/role a", answer, "hi")
    assert run_program("--role", "a", "--force", "hi", environ=towards_sent).status == 0
    sent = [len(body["messages"][0]["content"]) for body in server.bodies]
    assert sent == [1, 102, 102]


def test_a_role_may_hold_what_is_on_the_clipboard(
    server: ScriptedServer, towards_sent: Mapping[str, str], tmp_path: Path
) -> None:
    write("roles/a.md", "You know: {{clipboard}}")
    nobody = {**towards_sent, "PATH": str(tmp_path)}
    refused = run_program("--role", "a", "hi", environ=nobody)
    assert (refused.status, refused.stderr.count("\n")) == (ExitStatus.CONFIG, 1)
    assert "the clipboard holds no text" in refused.stderr
    (tmp_path / "pbpaste").write_text("#!/bin/sh\nprintf 'the {{word}}'\n")
    (tmp_path / "pbpaste").chmod(0o755)
    assert run_program("--role", "a", "hi", environ=nobody).status == 0
    script(nobody, "/role a", "hi")
    assert [body["system"] for body in server.bodies] == ["You know: the {{word}}"] * 2


def test_a_chat_goes_on_without_what_its_first_prompt_set(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    write("prompts/one.md", f"{FRONT_MATTER}hi")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("again\r")
        terminal.wait_for(lambda: terminal.text.count("Jack") == 2)
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    run_on_terminal(person, "-i", "--prompt", "one", environ=towards_sent)
    first, second = map(read_sent, server.bodies)
    assert first == SET
    assert not any(second[name] == SET[name] for name in SET)


def test_a_file_of_the_directory_is_asked_about_once(towards_sent: Mapping[str, str]) -> None:
    Path(".env").write_text("STREAMCHAT_EFFORT=low\n")
    write("prompts/p.md", "---\nmax_tokens: 7\n---\nhi")

    def person(terminal: Person) -> None:
        terminal.wait_for("[y/N]")
        terminal.type("\r")

    terminal = run_on_terminal(person, "--prompt", "p", environ=towards_sent)
    assert terminal.text.count("[y/N]") == 1


def test_a_prompt_asks_its_model_once_and_says_so(
    server: ScriptedServer, towards_sent: Mapping[str, str]
) -> None:
    write("prompts/p.md", "---\nmodel: small\n---\nhi")
    told = script(towards_sent, "/p", "again")
    assert [body["model"] for body in server.bodies] == ["small", "claude-sonnet-5-5"]
    assert "small answers this once; claude-sonnet-5-5 stays the model here." in told.stderr


# In a chat


def test_a_repositorys_role_is_asked_about_in_a_chat() -> None:
    here("roles", "local", "---\nmodel: evil\n---\nBe brief.")

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/role local\r")
        terminal.wait_for("[y/N]")
        terminal.type("y\r")
        terminal.wait_for("The role is now local.")
        terminal.wait_for("its front matter is ignored")
        terminal.wait_for_prompt()
        terminal.type("/system\r")
        terminal.wait_for("System prompt: Be brief.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "--demo")
    assert terminal.status == 0
    assert "evil answers" not in terminal.text
    assert "[y/N] y\nThe role is now" in terminal.text


@pytest.fixture
def session() -> Session:
    session = open_session()
    paths = build_paths(os.environ, Path.home())
    session.templates = Templates(paths, Path.cwd(), os.getuid())
    return session


class Taking(FixedConfiguration):
    """Where a role is taken, and no more."""

    values: Mapping[str, str] = {}

    def take_role(self, name: str | None, values: Mapping[str, str]) -> AppliedTemplate:
        self.values = values
        return AppliedTemplate(("noted",))


def run(session: Session, name: str, argument: str = "") -> object:
    return commands.dispatch(session, CommandLine(name, argument))


def test_roles_are_listed_and_written(session: Session) -> None:
    assert run(session, "role") == Done("There are no roles yet. /role new NAME writes one.")
    outcome = run(session, "role", "new cook")
    assert isinstance(outcome, EditFile)
    assert outcome.path.endswith("roles/cook.md")
    write("roles/cook.md", outcome.text)
    asked = run(session, "role")
    assert isinstance(asked, AskUser)
    reader = ScriptedReader(iter(()), picks=iter(["cook"]))

    async def choose() -> Outcome:
        return await asked.then(reader)

    session.configuration = Taking()
    assert asyncio.run(choose()) == Done("The role is now cook.\nnoted")
    with pytest.raises(UsageError):
        run(session, "role", "new a b")
    with pytest.raises(UsageError, match="is not the name of a role"):
        run(session, "role", "new ../a")


def test_a_prompt_file_is_a_command_and_shadows_none(session: Session) -> None:
    write("prompts/review.md", "Review {{path}}.")
    write("prompts/help.md", "Not this one.")
    outcome = run(session, "review", "'my file.py' please")
    assert isinstance(outcome, SayPrompt)
    assert outcome.words == ("my file.py", "please")
    listed = run(session, "help")
    assert isinstance(listed, ShowReport)
    assert "**Your prompts:** `/review`\n" in listed.markdown
    assert "Only `--prompt NAME` sends these: `help`." in listed.markdown
    explained = run(session, "help", "review")
    assert isinstance(explained, ShowReport)
    assert "WORDS fill its placeholders" in explained.markdown
    here("prompts", "theirs", "x")
    with pytest.raises(ConfigError, match="not allowed"):
        run(session, "theirs")


class Reader:
    """Types what it is told when a value is asked for."""

    def __init__(self, *inputs: Input) -> None:
        self.inputs = list(inputs)
        self.hints: list[str] = []

    async def read(self, *, prefill: str = "", hint: str = "") -> Input:
        self.hints.append(hint)
        return self.inputs.pop(0)


def test_what_a_prompt_file_lacks_is_asked_for() -> None:
    template = Template("review", "{{path}}, {{why}}")
    rest, values = fill_prompt(template, ("a.py", "now"), stdin="", read_clipboard=lambda: None)
    assert join_prompt(template, values, rest) == "a.py, now"
    reader = Reader(Typed("because"))
    filled = asyncio.run(ask_missing(template, {"path": "b.py"}, reader))  # type: ignore[arg-type]
    assert filled == {"path": "b.py", "why": "because"}
    assert reader.hints == ["review needs why"]
    left = asyncio.run(ask_missing(template, {}, Reader(Key.INTERRUPT)))  # type: ignore[arg-type]
    assert left is None


def test_what_a_role_lacks_is_asked_for_in_a_chat(session: Session) -> None:
    write("roles/cook.md", "You cook {{dish}} for {{who}}, {{how|slowly}}.{{stdin}}")
    asked = run(session, "role", "cook who=me")
    assert isinstance(asked, AskUser)
    session.configuration = taking = Taking()
    reader = Reader(Typed("rice"), Key.INTERRUPT)

    async def answer() -> Outcome:
        return await asked.then(reader)  # type: ignore[arg-type]

    assert asyncio.run(answer()) == Done("The role is now cook.\nnoted")
    assert reader.hints == ["cook needs dish"]
    assert taking.values == {"who": "me", "dish": "rice", "stdin": ""}
    assert asyncio.run(answer()) == Done()
    assert run(session, "role", "cook rice me") == Done("The role is now cook.\nnoted")
    with pytest.raises(UsageError, match="cook has no placeholder for 'please'"):
        run(session, "role", "cook rice me please")


def test_the_clipboard_is_read_only_for_a_prompt_that_names_it() -> None:
    def never() -> str | None:
        raise AssertionError("was read")

    assert fill_prompt(Template("t", "x"), (), stdin="", read_clipboard=never) == ("", {})
    clip = Template("t", "{{clipboard}}")
    assert fill_prompt(clip, (), stdin="", read_clipboard=lambda: "c")[1] == {"clipboard": "c"}
    with pytest.raises(UsageError, match="clipboard cannot be read"):
        fill_prompt(clip, (), stdin="", read_clipboard=lambda: None)
    other = Template("t", "{{clipboard|none}}")
    assert fill_prompt(other, (), stdin="", read_clipboard=lambda: None) == ("", {})
