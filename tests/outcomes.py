"""Each fault played through the whole program, and what it gave: ending, status, text kept.

The program runs in this process, with streams and a home of its own; the server is on
loopback. `faults.py` has the faults and prints the table.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes import RecordingView, open_session
from faults import ALL, ENDINGS, Case, Told
from loop_time import LoopClock, leaping_time
from mutants import mutants
from odd_errors import ODD, ODD_ENDINGS
from receiving import CANARY
from server import Reply, ScriptedServer
from streamchat.api import ApiClient, Server
from streamchat.app.exchange import Exchange
from streamchat.app.retry_policy import RetryPolicy
from streamchat.cli import main as cli
from streamchat.cli.environment import Environment

MUTANTS = 5000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the program gave. `printed` is the text of the events on stdout, `kept`
    that of the turns on disk; `said` is the error on stderr."""

    ending: str
    status: int
    printed: str
    kept: str
    said: str
    retries: int
    leaks: tuple[str, ...]  # where the key stands, and must not


class Stdout(io.StringIO):
    """Raises a signal, as if it came from outside, once "Hel" has been printed."""

    def __init__(self, stop: signal.Signals | None) -> None:
        super().__init__()
        self._stop = stop

    def write(self, text: str) -> int:
        if self._stop is not None and '"Hel"' in text:
            stop, self._stop = self._stop, None
            signal.raise_signal(stop)
        return super().write(text)


def outcome_of(case: Case | Told, server: ScriptedServer, home: Path) -> Outcome:
    """Play it through the program, in a home that is empty."""
    if isinstance(case, Told):
        server.enqueue(*case.replies)
        return run(server, home, case.flags, case.stop)
    server.enqueue(case.reply)
    total_s = case.deadlines.total_s if case.deadlines else None
    server.clock = LoopClock()
    with leaping_time(server.clock):
        return run(server, home, ("--retries", "0", "--deadline", str(total_s or 0)))


def run(
    server: ScriptedServer,
    home: Path,
    flags: Sequence[str],
    stop: signal.Signals | None = None,
) -> Outcome:
    stdout, stderr = Stdout(stop), io.StringIO()
    argv = ["--output-format", "stream-json", *flags, "hello"]
    status = cli.main(argv, build_environment(server, home, stdout, stderr))
    out = [json.loads(line) for line in stdout.getvalue().splitlines()]
    error = json.loads(stderr.getvalue() or "{}").get("error", {})
    result = out[-1] if out and out[-1]["type"] == "result" else {"ending": "none"}
    return Outcome(
        ending=result["ending"],
        status=int(status),
        printed="".join(line["text"] for line in out if line["type"] == "text"),
        kept="".join(_kept(home)),
        said=error.get("message", ""),
        retries=sum(line["type"] == "retry" for line in out),
        leaks=tuple(_leaks(stdout.getvalue(), stderr.getvalue(), home)),
    )


def build_environment(
    server: ScriptedServer, home: Path, stdout: io.StringIO, stderr: io.StringIO
) -> Environment:
    return Environment(
        stdin=io.TextIOWrapper(io.BytesIO()),
        stdout=stdout,
        stderr=stderr,
        environ={"ANTHROPIC_API_KEY": CANARY, "ANTHROPIC_BASE_URL": server.base_url},
        home=home,
        cwd=home,
        clock=time.time,
        monotonic=time.monotonic,
        new_id=lambda: secrets.token_hex(5),
    )


def _kept(home: Path) -> Iterator[str]:
    """The text of the assistant's turns on disk."""
    for file in home.rglob("conversations/*.jsonl"):
        for record in map(json.loads, file.read_bytes().splitlines()):
            if record["type"] == "turn" and record["role"] == "assistant":
                yield from (block.get("text", "") for block in record["content"])


def _leaks(stdout: str, stderr: str, home: Path) -> Iterator[str]:
    if CANARY in stdout:
        yield "stdout"
    if CANARY in stderr:
        yield "stderr"
    for file in home.rglob("*"):
        if file.is_file() and CANARY.encode() in file.read_bytes():
            yield file.name


def settle(server: ScriptedServer, replies: Iterable[Reply]) -> Iterator[dict[str, Any]]:
    """How an Exchange ends for each reply: its ending, error and whether all that was shown
    was kept. No retries; a connection for each."""
    scripted = Server(server.base_url, api_key=CANARY, headers={"Connection": "close"})

    async def play() -> list[dict[str, Any]]:
        async with aclosing(ApiClient(scripted)) as api:
            return [await _settled(api, server, reply) for reply in replies]

    yield from asyncio.run(play())


async def _settled(api: ApiClient, server: ScriptedServer, reply: Reply) -> dict[str, Any]:
    server.enqueue(reply)
    view, session = RecordingView(), open_session()
    session.say("hello")
    began = time.monotonic()
    result = await Exchange(session, api, view, time.monotonic, RetryPolicy(0)).run()
    kept = result.message.text if result.message else ""
    return {
        "ending": result.ending.name.lower(),
        "error": type(result.error).__name__ if result.error else "",
        "lost": view.text if view.text.strip() and kept != view.text else "",
        "seconds": time.monotonic() - began,
    }


def print_all() -> int:
    """The table of faults, the mutated streams in numbers, and the tests of damaged files."""
    _print_table()
    _print_mutants()
    sys.stdout.flush()
    damaged_files = str(Path(__file__).parent / "cli/test_file_fuzz.py")
    sweep = [sys.executable, "-m", "pytest", "-q", "-m", "slow or not slow", damaged_files]
    return subprocess.run(sweep, check=False).returncode


def _print_table() -> None:
    """What every fault gave, as Markdown."""
    rows: list[tuple[str, Outcome]] = []
    cases: list[Case | Told] = [*ALL, *ODD, *ENDINGS, *ODD_ENDINGS]
    with ScriptedServer() as server:
        for case in cases:
            with tempfile.TemporaryDirectory() as home:
                rows.append((case.fault, outcome_of(case, server, Path(home))))
    write = sys.stdout.write
    write("| ending | status | fault | text kept | line on stderr |\n|---|--:|---|---|---|\n")
    for fault, got in sorted(rows, key=lambda row: (row[1].ending, row[1].status, row[0])):
        cells = [got.ending, str(got.status), fault, _code(got.kept), got.said]
        write(f"| {' | '.join(_cell(cell) for cell in cells)} |\n")
    leaks = sum(bool(got.leaks) for _, got in rows)
    write(f"\n{len(rows)} cases; the key leaked in {leaks}.\n")


def _print_mutants() -> None:
    with ScriptedServer() as server:
        settled = list(settle(server, mutants(random.Random(5), MUTANTS)))
    counts = Counter((each["ending"], each["error"]) for each in settled)
    sys.stdout.write("\n| mutated streams | ending | error |\n|--:|---|---|\n")
    for (ending, error), count in sorted(counts.items()):
        sys.stdout.write(f"| {count} | {ending} | {error} |\n")
    lost = sum(bool(each["lost"]) for each in settled)
    slowest = max(each["seconds"] for each in settled)
    sys.stdout.write(
        f"\n{len(settled)} streams: {lost} lost text that was shown, 0 raised anything else;"
        f" the slowest took {slowest:.1f} s.\n"
    )


def _code(text: str) -> str:
    return f"`{text!r}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
