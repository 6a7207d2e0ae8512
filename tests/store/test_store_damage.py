"""A damaged file: everything that is whole loads, the rest is reported, nothing is lost."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from disks import open_store
from streamchat.core.errors import DiskError
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.ports import OpenedConversation
from streamchat.core.records import Header, to_line
from streamchat.store import Store
from streamchat.store.file_reader import Damage, NotConversation, read_conversation

AT = "2026-09-21T14:13:20Z"
LOST = Header("lost", "", "claude-lost")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "data")


def written(store: Store, *texts: str) -> tuple[Path, list[bytes]]:
    """A conversation's file and its lines, header first."""
    conversation, journal = store.start("claude-test", None)
    for number, text in enumerate(texts, 1):
        message = user_message(text)
        if number % 2 == 0:
            message = Message("assistant", (text_block(text),), stop_reason="end_turn")
        journal.append(conversation.append(message, f"t{number}", AT))
    journal.close()
    path = Path(journal.name)
    return path, path.read_bytes().splitlines(keepends=True)


def loaded(data: bytes, *, whole_bytes: int = 10**9) -> tuple[list[str], list[str]]:
    """The texts of all turns, and the damage."""
    conversation, damage = read_conversation(data, lost=LOST, whole_bytes=whole_bytes)
    return [turn.message.text for turn in conversation.turns], [str(item) for item in damage]


def said(opened: OpenedConversation) -> list[str]:
    return [turn.message.text for turn in opened.conversation.path]


def go_on(store: Store, path: Path, text: str = "next") -> list[str]:
    """Open, add a turn, close, and read again: what is said then, without damage."""
    opened = store.open(str(path), model="m")
    opened.journal.append(opened.conversation.append(user_message(text), text, AT))
    opened.journal.close()
    return said(store.read(str(path)))


def test_a_file_cut_at_every_byte_loads_what_is_whole_and_goes_on(
    store: Store, tmp_path: Path
) -> None:
    texts = ["one", "zwei \u2028 \U0001f600", "three"]
    path, lines = written(store, *texts)
    data = path.read_bytes()
    ends = [len(b"".join(lines[: n + 1])) for n in range(len(lines))]
    for cut in range(ends[1] - 1, len(data) + 1):  # before the first turn is no conversation
        path.write_bytes(data[:cut])
        whole = sum(cut >= end - 1 for end in ends[1:])  # the newline alone may be missing
        torn = any(start < cut < end - 1 for start, end in pairwise(ends))
        opened = store.read(str(path))
        assert said(opened) == texts[:whole]
        assert bool(opened.damage) == torn
        assert go_on(store, path) == [*texts[:whole], "next"]
        assert store.read(str(path)).damage == ()
        torn_file = Path(f"{path}.torn")
        assert torn_file.exists() == torn
        if torn:
            start = max(end for end in ends if end <= cut)
            assert torn_file.read_bytes() == data[start:cut] + b"\n"
            torn_file.unlink()


def test_a_file_cut_before_its_first_turn_is_none(store: Store) -> None:
    path, lines = written(store, "one")
    for cut in range(len(lines[0]) + len(lines[1]) - 1):
        path.write_bytes(path.read_bytes()[:cut])
        assert store.summaries() == []


def test_two_torn_tails_are_both_kept(store: Store) -> None:
    path, _ = written(store, "one")
    for text, piece in (("two", b'{"type": "tu'), ("three", b"\xff\0\0")):
        with path.open("ab") as file:
            file.write(piece)
        go_on(store, path, text)
    assert said(store.read(str(path))) == ["one", "two", "three"]
    assert Path(f"{path}.torn").read_bytes() == b'{"type": "tu\n\xff\0\0\n'


def test_a_long_torn_tail_is_moved_whole(store: Store) -> None:
    path, lines = written(store, "one")
    tail = to_line(store.read(str(path)).conversation.turns[0]).rstrip(b"}\n") + b"x" * 300_000
    path.write_bytes(b"".join(lines) + tail)
    assert go_on(store, path) == ["one", "next"]
    assert Path(f"{path}.torn").read_bytes() == tail + b"\n"


def test_a_torn_file_cut_while_it_is_open_is_mended(store: Store) -> None:
    path, _ = written(store, "one")
    opened = store.open(str(path), model="m")
    opened.journal.append(opened.conversation.append(user_message("two"), "t2", AT))
    with path.open("ab") as file:
        file.write(b'{"type"')
    opened.journal.append(opened.conversation.append(user_message("three"), "t3", AT))
    opened.journal.close()
    assert said(store.read(str(path))) == ["one", "two", "three"]


def test_a_file_that_lost_records_while_it_was_open_takes_no_more(store: Store) -> None:
    """Another program put an older copy back, say. What is lost would not be missed."""
    path, lines = written(store, "one")
    opened = store.open(str(path), model="m")
    opened.journal.append(opened.conversation.append(user_message("two"), "t2", AT))
    os.truncate(path, len(b"".join(lines)))
    with pytest.raises(DiskError, match="it lost records"):
        opened.journal.verify()
    with pytest.raises(DiskError, match="it lost records"):
        opened.journal.append(opened.conversation.append(user_message("three"), "t3", AT))
    opened.journal.close()
    assert path.read_bytes() == b"".join(lines)


TURN = b'{"type": "turn", "id": "x", "parent": null, "at": "", "role": "user", "content": "hi"}'


@pytest.mark.parametrize(
    ("line", "saved", "reason"),
    [
        (b"garbage", [], "not JSON"),
        (b"[1]", [], "not a JSON object"),
        (b'{"type": "turn", "id": "x"}', [], "role must be user or assistant, not None"),
        (b"\0" * 700, [], "700 NUL bytes"),
        (b"\0\0" + TURN, ["hi"], "2 NUL bytes"),
        (TURN + b"\0", ["hi"], "1 NUL byte"),
        (TURN.replace(b"hi", b"h\0\0i"), ["hi"], "2 NUL bytes"),
        (b"\0" + TURN[:60], [], "1 NUL byte; Expecting value at character 1"),
        (TURN.replace(b"hi", b"h\xffi"), ["h\ufffdi"], "not UTF-8 at byte 84"),
        (TURN + TURN.replace(b'"x"', b'"y"'), ["hi", "hi"], "Extra data"),
        (TURN[:70] + TURN, ["hi"], "Expecting property name"),
        (TURN[:81] + TURN, ["hi"], "Expecting ',' delimiter"),
        (TURN[:5] + TURN, ["hi"], "Expecting ':' delimiter"),
        (b'{"streamchat": 1, "type": "conversation", "id": "z"}', [], "a second header"),
        (b'{"type":' * 100_000, [], "nested too deeply"),
        (b'{"type": "turn", "content": ' * 900, [], "Expecting value"),
    ],
)
def test_a_bad_line_costs_only_itself(
    store: Store, line: bytes, saved: list[str], reason: str
) -> None:
    path, lines = written(store, "one", "two", "three")
    lines.insert(2, line + b"\n")
    data = b"".join(lines)
    path.write_bytes(data)
    turns, damage = loaded(data)
    assert sorted(turns) == sorted(["one", *saved, "two", "three"])
    assert len(damage) == 1
    assert damage[0].startswith(f"line 3: {reason}")
    assert said(store.read(str(path))) == ["one", "two", "three"]
    assert store.read(str(path)).damage == (f"{path.name}, {damage[0]}",)
    assert go_on(store, path) == ["one", "two", "three", "next"]
    assert path.read_bytes().startswith(data)
    assert not Path(f"{path}.torn").exists()


def test_every_bad_line_is_reported_once_with_its_number(store: Store) -> None:
    _, lines = written(store, "one", "two")
    bad = [b"bad\n", b"\n", b"\r\n"]
    data = b"".join([lines[0], *bad, lines[1], *bad, lines[2]]) + b"tail"
    turns, damage = loaded(data)
    assert turns == ["one", "two"]
    assert damage == [
        "line 2: not JSON",
        "line 6: not JSON",
        "line 10: not JSON",
    ]


def test_a_lost_line_keeps_the_branch_whole(store: Store) -> None:
    path, lines = written(store, "one", "two", "three", "four")
    del lines[3]
    path.write_bytes(b"".join(lines))
    assert said(store.read(str(path))) == ["one", "two", "four"]
    assert go_on(store, path) == ["one", "two", "four", "next"]


@pytest.mark.parametrize("header", [b"", b"garbage\n", b'{"streamchat": 1, "type": "conv\n'])
def test_a_lost_header_is_made_up(store: Store, header: bytes) -> None:
    path, lines = written(store, "one", "two")
    path.write_bytes(header + b"".join(lines[1:]))
    opened = store.open(str(path), model="claude-mine")
    opened.journal.close()
    assert said(opened) == ["one", "two"]
    assert opened.conversation.id == "00000001"
    assert opened.conversation.model == "claude-mine"
    assert opened.damage[-1] == f"{path.name}, line 1: the header is missing"


def test_windows_line_ends_and_a_byte_order_mark_are_no_damage(store: Store) -> None:
    _, lines = written(store, "one", "two")
    data = b"\xef\xbb\xbf" + b"".join(lines).replace(b"\n", b"\r\n")
    assert loaded(data) == (["one", "two"], [])


@pytest.mark.parametrize("text", ["\u2028\u2029\x85", "\ud800", "\udc80x", "\0", '{"type": "'])
def test_texts_that_break_others_are_no_damage(store: Store, text: str) -> None:
    path, _ = written(store, text + ".", "two")
    assert said(store.read(str(path))) == [text + ".", "two"]
    assert store.read(str(path)).damage == ()


def test_raw_line_separators_of_another_writer_are_no_damage(store: Store) -> None:
    _, lines = written(store, "one", "two")
    data = b"".join(lines).replace(b"one", "o\u2028n\x85e".encode())
    assert loaded(data) == (["o\u2028n\x85e", "two"], [])


def test_damage_in_the_sealed_part_of_a_long_file_is_found(store: Store) -> None:
    _, lines = written(store, "one", "two", "three", "four")
    lines[1] = lines[1][:-20] + lines[1][-5:]  # bytes missing at the end of the line
    lines[2] = lines[2][:60] + lines[2]  # spliced
    lines[3] = lines[3][:70] + b"\0" * 9 + lines[3][70:]
    turns, damage = loaded(b"".join(lines), whole_bytes=0)
    assert turns == ["", "two", "three", "four"]
    assert [item.split(":")[0] for item in damage] == ["line 3", "line 4"]


def test_what_is_damaged_within_a_sealed_turn_is_found_when_it_is_read(store: Store) -> None:
    _, lines = written(store, "one", "two", "three")
    data = b"".join(lines).replace(b'"text": "two"', b'"text": two"')
    conversation, damage = read_conversation(data, lost=LOST, whole_bytes=0)
    assert damage == ()
    assert [turn.message.text for turn in conversation.turns] == ["one", "", "three"]
    assert conversation.unreadable == {"t2": 3}


def test_damage_says_where() -> None:
    assert str(Damage(7, "it was cut off")) == "line 7: it was cut off"
    with pytest.raises(NotConversation):
        read_conversation(b"", lost=LOST)
