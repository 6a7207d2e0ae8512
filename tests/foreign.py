"""The real program against servers that nobody here wrote, and the demo against such clients.

    npm install --prefix /tmp/foreign \\
        @copilotkit/aimock @anthropic-ai/claude-code @anthropic-ai/sdk
    (cd /tmp/foreign/node_modules/@anthropic-ai/claude-code && node install.cjs)  # npm 11 asks
    python -m venv /tmp/foreign/venv
    /tmp/foreign/venv/bin/pip install mock-ai-api llm llm-anthropic
    python -m venv /tmp/foreign/litellm && /tmp/foreign/litellm/bin/pip install 'litellm[proxy]'
    python tests/foreign.py \\
        --aimock /tmp/foreign/node_modules/.bin/llmock \\
        --mock-ai-api /tmp/foreign/venv/bin/mock-ai-api \\
        --litellm /tmp/foreign/litellm/bin/litellm \\
        --llama-server "/path/to/llama-server -m tiny.gguf -c 20000 --offline" \\
        --claude /tmp/foreign/node_modules/.bin/claude \\
        --llm /tmp/foreign/venv/bin/llm \\
        --typescript-sdk /tmp/foreign

Each server is started, chatted with in a pipe and on a terminal, interrupted, resumed and
made to fail in the ways that it offers. Each client talks to the demo server. Prints Markdown
tables. Run by hand: the suite installs none of them. The status is 1 when something was not as
it must be.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foreign_clients import CLIENTS, Client
from streamchat.demo import DemoServer
from streamchat.demo.pace import INSTANT
from terminal import Terminal

START_S = 60.0
LONG = "One **bold** word after another, sentence after sentence, and no end in sight. " * 8
ANY = None  # whatever status
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": "long"}, "response": {"content": LONG}, "latency": 150},
        {
            "match": {"userMessage": "think"},
            "response": {"content": "Forty-two.", "reasoning": "Six times seven."},
        },
        {
            "match": {"userMessage": "busy"},
            "response": {
                "error": {"message": "Overloaded", "type": "overloaded_error"},
                "status": 529,
            },
        },
        {
            "match": {"userMessage": "break"},
            "response": {"content": LONG},
            "latency": 50,
            "disconnectAfterMs": 400,
        },
        {"match": {}, "response": {"content": "# Hello\n\nA `word`, and\n\n- a list\n"}},
    ]
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A server, what to say to make it slow, and how it can fail: a name for it, the
    arguments, and the exit status that must come (None: any that is not a bug's)."""

    name: str
    command: Sequence[str]
    port: int
    model: str
    slow: str
    slow_model: str
    trials: Sequence[tuple[str, Sequence[str], int | None]]
    key: str = "sk-ant-foreign-0123456789"


@dataclass(frozen=True, slots=True)
class Row:
    """What was tried and what came of it."""

    trial: str
    gave: str
    is_right: bool


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def aimock(binary: str, scratch: Path) -> Foreign:
    port, fixtures = free_port(), scratch / "fixtures.json"
    fixtures.write_text(json.dumps(FIXTURES))
    return Foreign(
        "@copilotkit/aimock",
        (binary, "-p", str(port), "-f", str(fixtures)),
        port,
        "claude-sonnet-5-5",
        "long",
        "claude-sonnet-5-5",
        [
            ("a thinking block, shown", ["--thinking", "adaptive", "think"], 0),
            ("529", ["--retries", "0", "busy"], 75),
            ("the connection breaks off", ["break"], 76),
            ("an unknown model", ["-m", "novel-1", "hi"], 0),
        ],
    )


def mock_ai_api(binary: str, scratch: Path) -> Foreign:
    port, model = free_port(), "claude-sonnet-4-20250514"
    return Foreign(
        "mock-ai-api",
        (binary, "--openai-port", str(free_port()), "--anthropic-port", str(port)),
        port,
        model,
        "word " * 400,
        f"{model}:mock-delay",
        [
            ("a tool is asked for", ["-m", f"{model}:mock-tool-stream", "hi"], 0),
            ("an error event first", ["-m", f"{model}:mock-stream-error", *ONCE], 75),
            ("400", ["-m", f"{model}:mock-400", "hi"], 65),
            ("401", ["-m", f"{model}:mock-401", "hi"], 77),
            ("429", ["-m", f"{model}:mock-429", *ONCE], 75),
            ("500", ["-m", f"{model}:mock-500", *ONCE], 75),
            ("503", ["-m", f"{model}:mock-503", *ONCE], 75),
        ],
    )


def litellm(binary: str, scratch: Path) -> Foreign:
    """A proxy: a model of its own that answers a stream with JSON, and adapters to a server
    of the Chat Completions API, here the proxy itself."""
    port, config = free_port(), scratch / "litellm.yaml"
    mocked = {"model": "openai/x", "api_key": "k", "mock_response": LONG}
    adapter = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key": LITELLM_KEY}
    models = {
        "mocked": mocked,
        "vllm": {"model": "hosted_vllm/mocked", **adapter},
        "openai": {"model": "openai/mocked", "use_chat_completions_api": True, **adapter},
        "lost": {"model": "hosted_vllm/nowhere", **adapter},
    }
    rows = [{"model_name": name, "litellm_params": given} for name, given in models.items()]
    config.write_text(json.dumps({"model_list": rows}))  # JSON is YAML
    return Foreign(
        "litellm's proxy",
        (
            "env",
            f"LITELLM_MASTER_KEY={LITELLM_KEY}",
            "LITELLM_LOCAL_MODEL_COST_MAP=True",
            binary,
            "--config",
            str(config),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ),
        port,
        "mocked",
        "",
        "",
        [
            ("a whole JSON message for a stream", ["hi"], 0),
            ("its adapter to vLLM", ["-m", "vllm", "hi"], 0),
            ("its adapter to OpenAI", ["-m", "openai", "hi"], 0),
            ("its adapter, resumed", ["-c", "-m", "vllm", "and?"], 0),
            ("a model that it cannot reach", ["-m", "lost", *ONCE], ANY),
            ("a model that it does not know", ["-m", "nonsense", *ONCE], 65),
        ],
        key=LITELLM_KEY,
    )


LITELLM_KEY = "sk-foreign-0123456789abcdef0123456789abcdef"
ONCE = ("--retries", "0", "hi")


def llama_server(command: str, scratch: Path) -> Foreign:
    port = free_port()
    return Foreign(
        "llama.cpp's llama-server",
        (*shlex.split(command), "--port", str(port)),
        port,
        "tiny",
        "go on and on",
        "tiny",
        [
            ("the limit of tokens", ["--max-tokens", "5", "hi"], 76),
            ("stdin and JSON events", ["--output-format", "stream-json", "hi"], 76),
            ("thinking asked for", ["--thinking", "adaptive", "--max-tokens", "5", "hi"], 76),
            ("more than its context", ["x y z " * 8000], 65),
        ],
    )


@contextmanager
def running(server: Foreign, scratch: Path) -> Iterator[str]:
    """The server's base URL, once it answers at all."""
    with (scratch / "server.log").open("wb") as log:
        child = subprocess.Popen(
            server.command, stdout=log, stderr=log, start_new_session=True, cwd=scratch
        )
        url = f"http://127.0.0.1:{server.port}"
        try:
            wait_until_up(url, child)
            yield url
        finally:
            child.send_signal(signal.SIGINT)  # mock-ai-api ends its children for this only
            with suppress(subprocess.TimeoutExpired):
                child.wait(5)
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def wait_until_up(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise SystemExit(f"{child.args!r} ended with {child.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except urllib.error.HTTPError as error:
            if error.code != 503:  # llama-server, while it loads
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


@dataclass(frozen=True, slots=True)
class World:
    """A home of the program's own, with a profile for the server."""

    home: Path
    environ: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "streamchat", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environ,
            cwd=self.home,
            check=False,
            timeout=120,
        )

    def last_reply(self) -> dict[str, Any]:
        """The newest assistant turn on disk."""
        files = self.home.glob(".local/share/streamchat/conversations/*.jsonl")
        newest = max(files, key=lambda file: file.stat().st_mtime_ns)
        turns = [json.loads(line) for line in newest.read_bytes().splitlines()]
        return next(turn for turn in reversed(turns) if turn.get("role") == "assistant")


def world(server: Foreign, url: str, home: Path) -> World:
    config = home / ".config/streamchat"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(
        f'profile = "foreign"\n[profiles.foreign]\nbase_url = "{url}"\n'
        f'model = "{server.model}"\nmax_tokens = 60\napi_key_env = "FOREIGN_KEY"\n'
    )
    kept = ("PATH", "PYTHONPATH", "LANG", "VIRTUAL_ENV")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ |= {"HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    return World(home, {**environ, "FOREIGN_KEY": server.key})


def chat(server: Foreign, at: World) -> Iterator[Row]:
    """The program against the server, trial by trial."""
    models = at.run("--list-models")
    yield Row("--list-models", in_words(models), models.returncode == 0)
    plain = at.run("--json", "Hello.")
    result = json.loads(plain.stdout or "{}")
    gave = ", ".join(
        f"{name} {result.get(name)!r}"
        for name in ("ending", "model", "stop_reason", "usage", "cost_usd", "request_id")
    )
    yield Row("one answer, --json", gave, result.get("ending") in ("complete", "cut_off"))
    yield repl(at, "two turns in the REPL", pause_s=0)
    yield repl(at, "two turns, 7 s between them", pause_s=7)  # the kept connection is stale
    if server.slow:
        yield interrupted(server, at)
    yield resumed(at)
    for trial, arguments, status in server.trials:
        run = at.run(*arguments)
        right = run.returncode in (range(77) if status is ANY else (status,))
        yield Row(trial, in_words(run), right and "Traceback" not in run.stderr)


def repl(at: World, trial: str, *, pause_s: float) -> Row:
    with Terminal(environ=at.environ) as terminal:
        terminal.wait_for_prompt()
        for turn in ("Hello.", "And again?"):
            before = terminal.text.count(" out")
            terminal.type(f"{turn}\r")
            terminal.wait_for(lambda seen=before: terminal.text.count(" out") > seen)  # type: ignore[misc]
            terminal.wait_for_prompt()
            time.sleep(pause_s)
        terminal.type("\x04")
        status = terminal.end()
    again = terminal.text.count("rying again")
    return Row(trial, f"status {status}; {said(at)}; {again} retries", status == 0)


def interrupted(server: Foreign, at: World) -> Row:
    flags = ("-m", server.slow_model, "--max-tokens", "15000")
    with Terminal(*flags, environ=at.environ, rows=40) as terminal:
        terminal.wait_for_prompt()
        terminal.type(f"{server.slow}\r")
        terminal.wait_for("esc to stop")
        terminal.wait_for(lambda: re.search(r"tok(en)?s?\b", terminal.text) is not None)
        terminal.type("\x03")
        terminal.wait_for("interrupted")
        terminal.wait_for_prompt()
        terminal.type("\x04")
        status = terminal.end()
    turn = at.last_reply()
    right = status == 0 and turn["stop_reason"] == "interrupted"
    return Row("interrupted by Ctrl-C", f"status {status}; {said(at)}", right)


def resumed(at: World) -> Row:
    before = at.last_reply()["id"]
    with Terminal("-c", environ=at.environ) as terminal:
        terminal.wait_for_prompt()
        terminal.type("Hello once more.\r")
        terminal.wait_for(lambda: " out" in terminal.text)
        terminal.wait_for_prompt()
        terminal.type("\x04")
        status = terminal.end()
    right = status == 0 and at.last_reply()["id"] != before
    return Row("resumed with -c", f"status {status}; {said(at)}", right)


def said(at: World) -> str:
    turn = at.last_reply()
    text = "".join(block.get("text", "") for block in turn["content"])
    return f"kept {len(text)} characters, {turn['stop_reason']}: {shortened(text)}"


def in_words(run: subprocess.CompletedProcess[str]) -> str:
    words = [f"status {run.returncode}"]
    words += [f"stdout {shortened(run.stdout)}"] if run.stdout.strip() else []
    notes = [line for line in run.stderr.splitlines() if not line.startswith("server: ")]
    return "; ".join([*words, *map(shortened, notes)])


def shortened(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|")
    return f"`{line[:100]}{'…' if len(line) > 100 else ''}`"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    makers = {
        "aimock": aimock,
        "mock-ai-api": mock_ai_api,
        "litellm": litellm,
        "llama-server": llama_server,
    }
    for name in (*makers, *CLIENTS):
        parser.add_argument(f"--{name}", metavar="COMMAND")
    chosen = vars(parser.parse_args())
    status = 0
    for name, make in makers.items():
        if command := chosen[name.replace("-", "_")]:
            with tempfile.TemporaryDirectory() as scratch:
                status |= report(make(command, Path(scratch)), Path(scratch))
    for name, use in CLIENTS.items():
        if command := chosen[name.replace("-", "_")]:
            with tempfile.TemporaryDirectory() as scratch:
                status |= print_rows(f"{name}, a client", client_rows(use, command, scratch))
    return status


def client_rows(use: Client, command: str, scratch: str) -> Iterator[Row]:
    with DemoServer(speed=INSTANT) as demo:
        for trial, gave, is_right in use(command, demo.base_url, Path(scratch)):
            yield Row(trial, shortened(gave), is_right)


def report(server: Foreign, scratch: Path) -> int:
    """Print the server's table; 1 when a row is not as it must be."""
    with running(server, scratch) as url:
        return print_rows(server.name, chat(server, world(server, url, scratch / "home")))


def print_rows(title: str, rows: Iterator[Row]) -> int:
    sys.stdout.write(f"\n## {title}\n\n| trial | gave | |\n|---|---|---|\n")
    wrong = 0
    for row in rows:
        wrong |= not row.is_right
        mark = "as it must" if row.is_right else "**WRONG**"
        sys.stdout.write(f"| {row.trial} | {row.gave} | {mark} |\n")
        sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
