"""How fast conversations are found: `python tests/benchmarks/search.py [N]`.

Makes N conversations (10,000) of 20 turns in a scratch directory, indexes them, and times the
list, searches and the picker's pages on an index that is up to date. The budget: each
within 150 ms, indexing 200 MB of files a minute.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent / "src")]

from streamchat.core.messages import Message, Usage, text_block  # noqa: E402
from streamchat.core.records import Header, Turn, to_line  # noqa: E402
from streamchat.core.times import stamp  # noqa: E402
from streamchat.search import SqliteIndex  # noqa: E402
from streamchat.store import Disk, Store  # noqa: E402

TURNS = 20
BEGAN_S = 1_700_000_000
MODEL = "claude-test"
COMMON = "the of and a to in is you that it he was for on are as with his they I at be".split()
SYLLABLES = "ka to mi ren sol va dra pe lin gor tas ul bet no qui sha fe ro dun ax".split()
QUERIES = ("the", "t", "th", "kato", "kato mi", "the of and", "zebra", "東京", "k", "rensol va")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        directory = home / "data/streamchat/conversations"
        size = write_conversations(directory, count)
        print(f"{count} conversations of {TURNS} turns, {size / 1e6:.0f} MB")
        index(home, directory, size)
        ask(home, directory)
        one_more_turn(home, directory)
        program(home)


def write_conversations(directory: Path, count: int) -> int:
    directory.mkdir(parents=True)
    random_words = random.Random(1)
    texts = [prose(random_words) for _ in range(4_000)]
    size = 0
    for number in range(count):
        began = BEGAN_S + number * 3600
        path = directory / f"20260921-1413-chat-{number:010x}.jsonl"
        turns = conversation(began, [random_words.choice(texts) for _ in range(TURNS)])
        header = Header(f"{number:010x}", stamp(began), MODEL)
        data = to_line(header) + b"".join(map(to_line, turns))
        path.write_bytes(data)
        os.utime(path, (began, began))
        size += len(data)
    return size


def prose(random_words: random.Random) -> str:
    """Mostly common words, some rare ones, one in fifty in Japanese."""
    length = random_words.choice((8, 30, 150, 300))
    rare = ["".join(random_words.choices(SYLLABLES, k=3)) for _ in range(length // 3)]
    words = random_words.choices(COMMON, k=length - len(rare)) + rare
    random_words.shuffle(words)
    return " ".join(words) + ("。東京の天気です。" if random_words.random() < 0.02 else ".")


def conversation(began: int, texts: list[str]) -> list[Turn]:
    turns: list[Turn] = []
    for number, text in enumerate(texts):
        usage = Usage(input_tokens=10, output_tokens=300)
        content = (text_block(text),)
        reply = Message("assistant", content, MODEL, "end_turn", usage, 0.01)
        message = reply if number % 2 else Message("user", content)
        parent = f"t{number - 1}" if number else None
        turns.append(Turn(f"t{number}", parent, stamp(began + number * 60), message))
    return turns


def store_in(home: Path, directory: Path) -> Store:
    """A new one, as each start of the program has."""
    ids = itertools.count(1)
    return Store(
        directory,
        disk=Disk(),
        clock=time.time,
        new_id=lambda: f"new{next(ids)}",
        open_index=lambda: SqliteIndex(home / "cache/streamchat/search.sqlite3"),
    )


def index(home: Path, directory: Path, size: int) -> None:
    listed = seconds(store_in(home, directory).summaries)
    print(f"the first list, nothing indexed: {listed:.2f} s")
    steps: list[float] = []
    catching_up = store_in(home, directory).catch_up()
    while step := timed_step(catching_up):
        steps.append(step)
    took = sum(steps)
    on_disk = (home / "cache/streamchat/search.sqlite3").stat().st_size
    print(
        f"indexing: {took:.1f} s, {size / 1e6 / took * 60:.0f} MB/min, "
        f"the longest step {max(steps):.2f} s; the index {on_disk / 1e6:.0f} MB"
    )


def timed_step(steps: object) -> float | None:
    began = time.perf_counter()
    if next(steps, None) is None:  # type: ignore[call-overload]
        return None
    return time.perf_counter() - began


def ask(home: Path, directory: Path) -> None:
    print(f"list: {milliseconds(lambda: store_in(home, directory).summaries())}")
    print(f"nothing to catch up with: {milliseconds(lambda: catch_up(home, directory))}")
    store = store_in(home, directory)
    page = milliseconds(lambda: store_in(home, directory).browse("", most=200))
    print(f"the picker's first page: {page}")
    for text in QUERIES:
        found = len(store.search(text, most=200))
        search = milliseconds(lambda text=text: store.search(text, most=200))  # type: ignore[misc]
        browse = milliseconds(lambda text=text: store.browse(text, most=200))  # type: ignore[misc]
        print(f"{text!r} ({found}): search {search}; page {browse}")


def catch_up(home: Path, directory: Path) -> None:
    store = store_in(home, directory)
    for _ in store.catch_up():
        pass


def one_more_turn(home: Path, directory: Path) -> None:
    path = next(directory.iterdir())
    turn = Turn("new", "t19", stamp(time.time()), Message("user", (text_block("zebra"),)))
    with path.open("ab") as file:
        file.write(to_line(turn))
    print(
        f"catching up with one turn: {1000 * seconds(lambda: catch_up(home, directory)):.0f} ms"
    )


def program(home: Path) -> None:
    """Whole runs, with the start of the program."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(home)}
    environ |= {"XDG_DATA_HOME": str(home / "data"), "XDG_CACHE_HOME": str(home / "cache")}
    for arguments in (["--version"], ["--list"], ["--search", "kato mi"]):
        command = [sys.executable, "-m", "streamchat", *arguments]

        def run(command: list[str] = command) -> None:
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)

        print(f"{' '.join(arguments)}: {milliseconds(run)}")


def milliseconds(act: Callable[[], object], times: int = 7) -> str:
    taken = [1000 * seconds(act) for _ in range(times)]
    return f"{statistics.median(taken):.0f} ms (the longest {max(taken):.0f})"


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
