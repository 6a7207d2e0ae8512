"""Kill writers with SIGKILL at random points and look at what they left.

`python killing.py DIRECTORY KILLS SIZE SEED` prints one JSON object. A process of its own
because it forks: the writers must start in no time, to be killed at every point.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from streamchat.core.errors import NotFound
from streamchat.core.messages import user_message
from streamchat.core.ports import OpenedConversation
from streamchat.store import Disk, Store

MODEL = "claude-test"
LIFE_S = 0.02  # a writer lives at most this long,
BYTES_PER_S = 20_000_000  # and longer when its records are long
FRESH_AFTER = 5  # kills; then a new conversation, so that creation is hit as well


@dataclass
class Tally:
    """What came of it all."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    broken: int = 0  # files that could not go on


def store_at(directory: Path) -> Store:
    return Store(directory, disk=Disk(), clock=time.time, new_id=lambda: os.urandom(5).hex())


def opened_in(store: Store) -> OpenedConversation:
    try:
        return store.open_newest()
    except NotFound:
        return OpenedConversation(*store.start(MODEL, None))


def write_until_killed(directory: Path, size: int, acknowledge: int) -> None:
    """Append turns of `size` bytes and say the id of each once it is acknowledged."""
    opened = opened_in(store_at(directory))
    while True:
        turn = opened.conversation.append(user_message("x" * size), os.urandom(5).hex(), "")
        opened.journal.append(turn)
        os.write(acknowledge, f"{turn.id}\n".encode())


def killed_writer(directory: Path, size: int, life_s: float) -> list[str]:
    """What a writer acknowledged in its life."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        with contextlib.suppress(BrokenPipeError):
            write_until_killed(directory, size, theirs)
        os._exit(1)
    os.close(theirs)
    time.sleep(life_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(ours) as acknowledged:
        return acknowledged.read().split()


def campaign(directory: Path, kills: int, size: int, seed: int) -> Tally:
    """Kill as often as said; after each, everything acknowledged must be there and the
    conversation must go on."""
    chance = random.Random(seed)
    tally = Tally()
    expected: set[str] = set()
    for number in range(kills):
        expected.update(
            killed_writer(directory, size, chance.uniform(0, LIFE_S + size / BYTES_PER_S))
        )
        tally.kills += 1
        _examine(directory, expected, size, tally)
        if number % FRESH_AFTER == FRESH_AFTER - 1:
            tally.acknowledged += len(expected)
            expected.clear()
            for path in directory.iterdir():
                path.unlink()
    tally.acknowledged += len(expected)
    return tally


def _examine(directory: Path, expected: set[str], size: int, tally: Tally) -> None:
    store = store_at(directory)
    opened = opened_in(store)
    texts = ("x" * size, "next")
    whole = {turn.id for turn in opened.conversation.turns if turn.message.text in texts}
    tally.lost += len(expected - whole)
    tally.torn += len(opened.damage)
    turn = opened.conversation.append(user_message("next"), os.urandom(5).hex(), "")
    opened.journal.append(turn)
    opened.journal.close()
    again = store.read(opened.journal.name)
    tally.broken += again.conversation.head != turn.id or bool(again.damage)
    expected.add(turn.id)


if __name__ == "__main__":
    where, count, bytes_each, seeded = sys.argv[1:]
    result = campaign(Path(where), int(count), int(bytes_each), int(seeded))
    sys.stdout.write(json.dumps(asdict(result)))
