"""One of several processes that write at once: `python crowd.py DIRECTORY REF NAME TURNS`.

Opens the conversation REF (begins one when it is "-"), or a fork when another process has
it; appends TURNS turns called NAME-0, NAME-1, …; prints the path of its file.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from streamchat.core.errors import Busy
from streamchat.core.messages import user_message
from streamchat.core.ports import OpenedConversation
from streamchat.store import Disk, Store


def opened_by(store: Store, ref: str) -> OpenedConversation:
    if ref == "-":
        return OpenedConversation(*store.start("claude-test", None))
    try:
        return store.open(ref, model="claude-test")
    except Busy as busy:
        copy = OpenedConversation(*store.fork(store.read(busy.path).conversation))
        copy.journal.verify()
        return copy


def main(directory: str, ref: str, name: str, turns: str) -> None:
    ids = (f"{name}{number}" for number in range(1, 1000))
    store = Store(Path(directory), disk=Disk(), clock=time.time, new_id=lambda: next(ids))
    opened = opened_by(store, ref)
    for number in range(int(turns)):
        text = f"{name}-{number}"
        opened.journal.append(opened.conversation.append(user_message(text), text, ""))
    opened.journal.close()
    sys.stdout.write(opened.journal.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
