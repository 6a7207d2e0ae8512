"""The first run: from nothing to a chat, by the choices on the terminal."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
import stat
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from program import NOW_S, run_on_terminal, said
from server import ScriptedServer, text_reply
from streamchat.api.local_servers import LocalServer, is_running
from streamchat.api.server import Server
from streamchat.cli import first_run
from streamchat.cli.build_run import build_run
from streamchat.cli.environment import Environment, new_id
from streamchat.cli.first_run import FirstRun, T
from streamchat.cli.invocation import Invocation
from streamchat.cli.run import Run
from streamchat.config.paths import Paths, build_paths
from streamchat.config.profiles import local_profiles
from streamchat.config.writing import add_profile, forget_key, keep_key
from streamchat.core.errors import (
    ApiError,
    CutOff,
    DiskError,
    InvalidRequest,
    NoPermission,
    Unreachable,
)
from streamchat.core.settings import Proxy
from streamchat.core.settings.certificates import Authorities
from terminal import Person

KEY = "sk-ant-test-0123456789"
LOCAL = LocalServer("Fake", "fake", "http://127.0.0.1:9")
ENTER, DOWN, ESCAPE = "\r", "\x1b[B", "\x1b"


@pytest.fixture
def paths() -> Paths:
    return build_paths(os.environ, Path.home())


@pytest.fixture(autouse=True)
def no_local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_run, "USUAL", ())


def choose(terminal: Person, question: str, keys: str) -> None:
    terminal.wait_for(question)
    terminal.type(keys)


def test_the_demo_is_two_keys_away() -> None:
    def person(terminal: Person) -> None:
        choose(terminal, "How do you want to begin?", DOWN + ENTER)
        terminal.wait_for_prompt()
        terminal.type("hello\r")
        terminal.wait_for("demo server")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0


@pytest.mark.parametrize("keys", ["\x1b", "\x03", "\x04", "3\r"], ids=repr)
def test_leaving_changes_nothing(keys: str, paths: Paths) -> None:
    terminal = run_on_terminal(lambda at: choose(at, "begin?", keys))
    assert terminal.status == 0
    assert not paths.config_dir.exists()


def test_a_server_on_this_machine_becomes_a_profile(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    local = LocalServer("Fake", "fake", server.base_url)
    monkeypatch.setattr(first_run, "USUAL", (local,))
    server.enqueue(text_reply("Indeed."))

    def person(terminal: Person) -> None:
        choose(terminal, "chat with Fake", DOWN + ENTER)
        choose(terminal, "Which model?", ENTER)
        terminal.wait_for_prompt()
        terminal.type("hello\r")
        terminal.wait_for("Indeed.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0
    assert said() == [("user", "hello"), ("assistant", "Indeed.")]
    assert local_profiles(paths) == {"fake": server.base_url}
    assert stat.S_IMODE(paths.config_file.stat().st_mode) == 0o600


@dataclass(slots=True)
class Answers:
    """Chooses the labels that begin so, and pastes the secrets, in their order."""

    labels: list[str]
    secrets: list[str | None] = field(default_factory=list)

    async def choose(
        self,
        question: str,
        options: Sequence[tuple[T, str]],
        *,
        comes_by_itself: bool = False,
    ) -> T | None:
        wanted = self.labels.pop(0)
        return next((value for value, label in options if label.startswith(wanted)), None)

    async def ask_secret(self, question: str) -> str | None:
        return self.secrets.pop(0)


@dataclass(slots=True)
class Desk:
    """A first run without a terminal. The server says `fault`, or lists a model; or Ctrl-C
    comes before it says anything."""

    fault: ApiError | None = None
    is_stopped: bool = False
    servers: tuple[LocalServer, ...] = ()
    asked: list[Server] = field(default_factory=list)
    stderr: io.StringIO = field(default_factory=io.StringIO)

    def choose(self, answers: Answers) -> Run | None:
        env = Environment(
            stdin=io.StringIO(),
            stdout=io.StringIO(),
            stderr=self.stderr,
            environ=dict(os.environ),
            home=Path.home(),
            cwd=Path.cwd(),
            clock=lambda: NOW_S,
            monotonic=lambda: 0.0,
            new_id=new_id,
        )
        run = build_run(Invocation(), env)
        first = FirstRun(run, build_run, answers, self.list_models, self.servers)
        return asyncio.run(first.choose())

    async def list_models(self, server: Server) -> list[str]:
        self.asked.append(server)
        if self.is_stopped:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return ["claude-test"]


def key_of(run: Run | None) -> str:
    assert run is not None
    [credential] = run.settings.credentials
    return credential.secret


def test_a_key_is_checked_and_kept_for_the_user_alone(paths: Paths) -> None:
    paths.config_dir.mkdir(parents=True)
    paths.env_file.write_text("# mine\nSTREAMCHAT_EFFORT=low")
    paths.env_file.chmod(0o600)
    desk = Desk()
    run = desk.choose(Answers(["paste", "save"], [f" {KEY}\n"]))
    assert key_of(run) == KEY
    assert [server.api_key for server in desk.asked] == [KEY]
    assert paths.env_file.read_text() == (
        f"# mine\nSTREAMCHAT_EFFORT=low\nANTHROPIC_API_KEY={KEY}\n"
    )
    assert stat.S_IMODE(paths.env_file.stat().st_mode) == 0o600
    assert KEY not in desk.stderr.getvalue()


def test_a_key_is_checked_through_the_proxy_and_by_the_authorities_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/authorities.pem")
    desk = Desk()
    desk.choose(Answers(["paste", "use it"], [KEY]))
    [asked] = desk.asked
    assert asked.proxy == Proxy("http://proxy.example:3128", "HTTPS_PROXY")
    assert Authorities("SSL_CERT_FILE", "/authorities.pem") in asked.certificates.replacing


def test_a_key_may_be_used_without_being_kept(paths: Paths) -> None:
    assert key_of(Desk().choose(Answers(["paste", "use it"], [KEY]))) == KEY
    assert not paths.env_file.exists()


def test_a_refused_key_is_not_kept_and_the_choice_comes_again(paths: Paths) -> None:
    desk = Desk(NoPermission(f"The server refused {KEY}."))
    assert desk.choose(Answers(["paste", "quit"], [KEY])) is None
    assert desk.stderr.getvalue() == "streamchat: The server refused ….\n"
    assert not paths.env_file.exists()


@pytest.mark.parametrize("pasted", [None, "", "two words", "schlüssel"])
def test_what_is_no_key_is_asked_of_no_server(pasted: str | None, paths: Paths) -> None:
    desk = Desk()
    assert desk.choose(Answers(["paste", "quit"], [pasted])) is None
    assert desk.asked == []


def test_without_a_network_the_key_may_be_kept_unchecked() -> None:
    desk = Desk(Unreachable("Cannot reach the server.", kind="connection"))
    assert key_of(desk.choose(Answers(["paste", "save"], [KEY]))) == KEY
    assert "could not be checked" in desk.stderr.getvalue()


def test_ctrl_c_stops_the_check_of_a_key() -> None:
    desk = Desk(is_stopped=True)
    assert key_of(desk.choose(Answers(["paste", "save"], [KEY]))) == KEY
    assert "Stopped. The key was not checked." in desk.stderr.getvalue()


def test_ctrl_c_stops_the_wait_for_a_local_server(paths: Paths) -> None:
    desk = Desk(is_stopped=True, servers=(LOCAL,))
    assert desk.choose(Answers(["chat with Fake", "quit"])) is None
    assert [(asked.base_url, asked.api_key) for asked in desk.asked] == [(LOCAL.base_url, None)]
    assert not paths.config_dir.exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (CutOff("Not a reply."), f"What answers at {LOCAL.base_url} is not Fake, or has no"),
        (InvalidRequest("No such path."), f"What answers at {LOCAL.base_url} is not Fake"),
        (NoPermission("Refused."), f"{LOCAL.base_url} asks for a key. Put base_url and"),
        (Unreachable("It is gone.", kind="connection"), "It is gone."),
    ],
)
def test_a_local_server_that_cannot_be_used_is_said(fault: ApiError, said: str) -> None:
    desk = Desk(fault, servers=(LOCAL,))
    assert desk.choose(Answers(["chat with Fake", "quit"])) is None
    assert desk.stderr.getvalue().startswith(f"streamchat: {said}")


@pytest.mark.parametrize(
    "pasted",
    [
        f'"{KEY}"',
        f"'{KEY}' ",
        f"ANTHROPIC_API_KEY={KEY}",
        f'export ANTHROPIC_API_KEY="{KEY}"\n',
    ],
)
def test_a_key_may_be_pasted_as_it_stands_in_a_file(pasted: str) -> None:
    assert key_of(Desk().choose(Answers(["paste", "use it"], [pasted]))) == KEY


# The files


def test_a_new_key_takes_the_place_of_the_old_one_and_can_be_forgotten(paths: Paths) -> None:
    keep_key(paths, "old")
    paths.env_file.write_text("export ANTHROPIC_API_KEY=older\nA=1\n")
    keep_key(paths, KEY)
    assert paths.env_file.read_text() == f"A=1\nANTHROPIC_API_KEY={KEY}\n"
    assert forget_key(paths)
    assert paths.env_file.read_text() == "A=1\n"
    assert not forget_key(paths)


def test_logout_removes_the_kept_key(paths: Paths) -> None:
    keep_key(paths, KEY)

    def person(terminal: Person) -> None:
        terminal.wait_for_prompt()
        terminal.type("/logout\r")
        terminal.wait_for("The key is removed.")
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    assert run_on_terminal(person).status == 0
    assert paths.env_file.read_text() == ""


def test_a_profile_is_added_and_all_else_stays(paths: Paths) -> None:
    url = "http://127.0.0.1:1"
    paths.config_dir.mkdir(parents=True)
    before = '# mine\neffort = "low"  # cheap\n\n[profiles.ollama]\nmodel = "a"\n'
    paths.config_file.write_text(before)
    assert add_profile(paths, "ollama", base_url=url, model='q"\\') == "ollama-2"
    text = paths.config_file.read_text()
    assert text.startswith(f'profile = "ollama-2"\n{before}')
    assert tomllib.loads(text)["profiles"]["ollama-2"] == {"base_url": url, "model": 'q"\\'}
    assert add_profile(paths, "vllm", base_url=url, model="") == "vllm"
    assert tomllib.loads(paths.config_file.read_text())["profile"] == "ollama-2"


def test_a_linked_file_is_written_where_it_is(paths: Paths, tmp_path: Path) -> None:
    paths.config_dir.mkdir(parents=True)
    target = tmp_path / "dotfiles.env"
    target.write_text("A=1\n")
    target.chmod(0o600)
    paths.env_file.symlink_to(target)
    keep_key(paths, KEY)
    assert target.read_text() == f"A=1\nANTHROPIC_API_KEY={KEY}\n"
    assert paths.env_file.is_symlink()


def test_a_directory_that_cannot_be_written_is_one_line(paths: Paths) -> None:
    paths.config_dir.parent.mkdir(parents=True, exist_ok=True)
    paths.config_dir.write_text("a file")
    with pytest.raises(DiskError, match="Cannot write"):
        keep_key(paths, KEY)


def test_a_server_runs_where_a_port_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert is_running(LocalServer("x", "x", f"http://127.0.0.1:{port}"))
    assert not is_running(LocalServer("x", "x", f"http://127.0.0.1:{port}"))
