"""How durable conversations are, and what that costs: `python tests/benchmarks/durability.py`.

SIGKILL at random points, processes that write at once, and the time of an append, of a
resume and of the list. Takes some minutes; `--kills N` for fewer.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent / "src")]

from killing import MODEL, campaign  # noqa: E402
from streamchat.core.messages import Message, Usage, text_block, user_message  # noqa: E402
from streamchat.core.records import Header, Record, Turn, to_line  # noqa: E402
from streamchat.store import Disk, Store  # noqa: E402

PROSE = "The *lexer* keeps a stack — “states” — and `pops` it.\n\n- item\n    code(x)\n" * 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="for each size")
    options = parser.parse_args()
    for size in (300, 20_000, 2_000_000):
        with tempfile.TemporaryDirectory() as scratch:
            tally = campaign(Path(scratch) / "c", options.kills, size, seed=size)
            print(f"SIGKILL, {size} bytes a turn: {json.dumps(asdict(tally))}", flush=True)
    for report in (crowd, appends, resume, listing):
        with tempfile.TemporaryDirectory() as scratch:
            print(report(Path(scratch)), flush=True)


def store_in(directory: Path) -> Store:
    numbers = itertools.count(1)
    return Store(
        directory, disk=Disk(), clock=time.time, new_id=lambda: f"{next(numbers):010x}"
    )


def crowd(directory: Path) -> str:
    """4 processes x 300 turns, on 4 conversations and on one."""
    kept = []
    for ref in ("-", "zero"):
        conversation, journal = store_in(directory).start(MODEL, None)
        journal.append(conversation.append(user_message("zero"), "t0", ""))
        journal.close()
        writers = [
            subprocess.Popen(
                [sys.executable, str(TESTS / "crowd.py"), str(directory), ref, f"w{n}", "300"],
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            for n in range(4)
        ]
        paths = [writer.communicate()[0] for writer in writers]
        turns = [store_in(directory).read(path).conversation.path for path in paths]
        kept.append(
            sum(turn.id.startswith(f"w{n}-") for n, path in enumerate(turns) for turn in path)
        )
        for path in directory.iterdir():
            path.unlink()
    return f"4 processes x 300 turns kept: {kept[0]} on four conversations, {kept[1]} on one"


def appends(directory: Path) -> str:
    """3 KB a turn, into a growing file."""
    conversation, journal = store_in(directory).start(MODEL, None)
    times = []
    for number in range(2000):
        turn = conversation.append(user_message("x" * 3000), f"t{number}", "")
        times.append(1000 * seconds(lambda turn=turn: journal.append(turn)))  # type: ignore[misc]
    journal.close()
    first, last = statistics.median(times[:200]), statistics.median(times[-200:])
    return (
        f"append 3 KB: p50 {statistics.median(times):.2f} ms, "
        f"p99 {statistics.quantiles(times, n=100)[98]:.2f} ms; "
        f"first 200 {first:.2f} ms, last 200 {last:.2f} ms"
    )


def resume(directory: Path) -> str:
    """A file of 10,000 turns and 50 MB."""
    directory.mkdir(exist_ok=True)
    path = directory / "long.jsonl"
    path.write_bytes(lines(Header("long", "", MODEL), *long_turns()))
    store = store_in(directory)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        opened = store.open(str(path), model=MODEL)
        opened.conversation.tail(20)
        times.append(time.perf_counter() - began)
        opened.journal.close()
    rest = seconds(lambda: opened.conversation.request_messages())
    return (
        f"resume {opened.conversation.turn_count} turns, "
        f"{path.stat().st_size / 1e6:.0f} MB: {statistics.median(times):.3f} s; "
        f"the first request of all of it: {rest:.3f} s"
    )


def lines(*records: Record) -> bytes:
    return b"".join(to_line(record) for record in records)


def long_turns() -> list[Turn]:
    turns = []
    for number in range(10_000):
        message = user_message("What is it? " * 20)
        if number % 2:
            usage = Usage(input_tokens=10, output_tokens=3000)
            content = (text_block(PROSE[number % 90 :][:7000]),)
            message = Message("assistant", content, MODEL, "end_turn", usage, 0.01)
        parent = f"t{number - 1}" if number else None
        turns.append(Turn(f"t{number}", parent, "2026-09-21T14:13:20Z", message))
    return turns


def listing(directory: Path) -> str:
    """1,000 conversations of 20 turns."""
    store = store_in(directory)
    data = lines(*long_turns()[:20])
    for number in range(1000):
        name = f"20260921-1413-chat-{number:010x}.jsonl"
        (directory / name).write_bytes(lines(Header(f"{number:010x}", "", MODEL)) + data)
    took = seconds(store.summaries)
    return f"list 1,000 conversations of 20 turns: {took:.2f} s; newest: {newest(store):.4f} s"


def newest(store: Store) -> float:
    return seconds(store.newest)


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
