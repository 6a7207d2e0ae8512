"""The data of attachments beside a conversation: kept, found again, copied, deleted, lost."""

import json
import shutil
import stat
from pathlib import Path

import pytest

from disks import open_store
from streamchat.core.conversation import Conversation
from streamchat.core.messages import Block, Message, text_block, user_message
from streamchat.core.records import name_blob
from streamchat.export import FileExporter
from streamchat.store import Store

AT = "2026-09-21T14:13:20Z"
MODEL = "claude-test"
PNG = b"\x89PNG\r\n\x1a\n and so on"
PICTURE: Block = {
    "type": "image",
    "source": {
        "type": "base64",
        "media_type": "image/png",
        "data": "iVBORw0KGgogYW5kIHNvIG9u",
    },
}
NOTES: Block = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "naïve \ud800 text"},
    "title": "notes.txt",
}
ASKED = Message("user", (PICTURE, NOTES, text_block("What is this?")))
REPLY = Message(
    "assistant",
    ({"type": "thinking", "thinking": "Hm.", "signature": "s"}, text_block("A picture.")),
    MODEL,
    "end_turn",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "conversations"


@pytest.fixture
def store(home: Path) -> Store:
    return open_store(home)


def pictured(store: Store, *before: str) -> Path:
    """A closed conversation that ends in a question with attachments and its reply."""
    conversation, journal = store.start(MODEL, None)
    for number, text in enumerate(before):
        journal.append(conversation.append(user_message(text), f"b{number}", AT))
    journal.append(conversation.append(ASKED, "t1", AT))
    journal.append(conversation.append(REPLY, "t2", AT))
    journal.close()
    return Path(journal.name)


def blobs(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in Path(f"{path}.files").iterdir()}


def sent(conversation: Conversation) -> tuple[Message, ...]:
    return conversation.request_messages()


def test_the_bytes_of_attachments_stand_beside_the_file_by_their_hash(store: Store) -> None:
    path = pictured(store)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert lines[0]["streamchat"] == 2
    text = "naïve \ud800 text".encode("utf-8", "surrogatepass")
    assert lines[1]["content"][0] == {
        "type": "image",
        "source": {
            "type": "base64",
            "media_type": "image/png",
            "sha256": name_blob(PNG),
            "bytes": len(PNG),
        },
    }
    assert lines[1]["content"][2] == {"type": "text", "text": "What is this?"}
    assert blobs(path) == {name_blob(PNG): PNG, name_blob(text): text}


def test_only_the_owner_can_read_them(store: Store) -> None:
    directory = Path(f"{pictured(store)}.files")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in directory.iterdir()} == {0o600}


def test_what_is_sent_after_a_resume_is_what_was_sent_before(store: Store) -> None:
    path = pictured(store)
    opened = store.read(str(path))
    assert opened.damage == ()
    assert opened.conversation.turn("t1").message == ASKED
    assert json.dumps(sent(opened.conversation)[0].to_wire()) == json.dumps(ASKED.to_wire())


def test_one_attachment_that_is_sent_twice_is_kept_once(store: Store) -> None:
    path = pictured(store)
    opened = store.open(str(path), model=MODEL)
    opened.journal.append(opened.conversation.append(ASKED, "t3", AT))
    opened.journal.close()
    assert len(blobs(path)) == 2


def test_without_attachments_a_file_is_of_version_1(store: Store) -> None:
    conversation, journal = store.start(MODEL, None)
    journal.append(conversation.append(user_message("Hi"), "t1", AT))
    journal.close()
    path = Path(journal.name)
    assert path.read_bytes().startswith(b'{"streamchat": 1, ')
    assert not Path(f"{path}.files").exists()


def test_a_file_of_version_1_becomes_version_2_with_its_first_attachment(store: Store) -> None:
    conversation, journal = store.start(MODEL, None)
    journal.append(conversation.append(user_message("Hi"), "t1", AT))
    before = Path(journal.name).read_bytes()
    journal.append(conversation.append(ASKED, "t2", AT))
    journal.close()
    after = Path(journal.name).read_bytes()
    assert after.startswith(before.replace(b'"streamchat": 1', b'"streamchat": 2'))


def test_a_file_of_version_1_that_holds_an_attachment_opens_as_before(store: Store) -> None:
    conversation, journal = store.start(MODEL, None)
    journal.append(conversation.append(user_message("Hi"), "t1", AT))
    journal.close()
    path = Path(journal.name)
    turn = conversation.append(ASKED, "t2", AT)
    with path.open("a") as file:
        file.write(json.dumps(turn.to_dict()) + "\n")
    before = path.read_bytes()
    opened = store.open(str(path), model=MODEL)
    opened.journal.append(opened.conversation.append(REPLY, "t3", AT))
    opened.journal.close()
    assert path.read_bytes().startswith(before)
    assert opened.conversation.turn("t2").message == ASKED


@pytest.mark.parametrize("harm", ["gone", "changed", "all gone"])
def test_a_lost_attachment_is_one_line_and_the_conversation_opens(
    harm: str, store: Store
) -> None:
    path = pictured(store)
    blob = Path(
        f"{path}.files", name_blob("naïve \ud800 text".encode("utf-8", "surrogatepass"))
    )
    if harm == "gone":
        blob.unlink()
    elif harm == "changed":
        blob.write_bytes(b"other")
    else:
        shutil.rmtree(blob.parent)
    opened = store.open(str(path), model=MODEL)
    opened.journal.close()
    lost = f"{path.name}, line 2: notes.txt is lost: its bytes are gone or damaged"
    assert lost in opened.damage
    assert len(opened.damage) == (2 if harm == "all gone" else 1)
    question, reply = sent(opened.conversation)
    assert text_block("[notes.txt: this attachment is lost]") in question.content
    assert reply.content == (text_block("A picture."),)  # its thinking was signed for more


def test_what_is_lost_stays_named_in_a_copy(store: Store) -> None:
    path = pictured(store)
    shutil.rmtree(f"{path}.files")
    copy, journal = store.fork(store.read(str(path)).conversation)
    journal.verify()
    journal.close()
    assert Path(journal.name).read_bytes().startswith(b'{"streamchat": 2')
    again = store.read(journal.name)
    assert len(again.damage) == 2
    assert sent(again.conversation) == sent(copy)


def test_a_fork_has_its_own(store: Store) -> None:
    path = pictured(store)
    _, journal = store.fork(store.read(str(path)).conversation)
    journal.verify()
    journal.close()
    store.delete(str(path))
    assert store.read(journal.name).conversation.turn("t1").message == ASKED
    assert len(blobs(Path(journal.name))) == 2


def test_a_conversation_that_is_saved_later_brings_them(store: Store) -> None:
    conversation, _ = store.not_saving().start(MODEL, None)
    conversation.append(ASKED, "t1", AT)
    journal = store.keep(conversation)
    journal.close()
    assert len(blobs(Path(journal.name))) == 2


def test_they_go_with_a_deleted_conversation(store: Store, home: Path) -> None:
    store.delete(str(pictured(store)))
    assert list(home.iterdir()) == []


def test_an_imported_conversation_has_them(store: Store) -> None:
    made = Conversation.new("abcd", AT, MODEL)
    made.append(ASKED, "t1", AT)
    assert [each.is_new for each in store.take_in([made])] == [True]
    path = store.find("abcd")
    assert len(blobs(path)) == 2
    assert store.read(str(path)).conversation.turn("t1").message == ASKED


def test_an_export_holds_them(store: Store) -> None:
    conversation = store.read(str(pictured(store))).conversation
    exporter = FileExporter(Path(), Path(), "")
    listed = json.loads(exporter.text(conversation, "json", replies=None))
    assert listed[0]["content"][0] == PICTURE
    assert "iVBORw0KGgogYW5kIHNvIG9u" in exporter.text(conversation, "html", replies=None)


def test_a_list_and_a_search_read_none(store: Store) -> None:
    path = pictured(store)
    shutil.rmtree(f"{path}.files")
    assert [each.title for each in store.summaries()] == ["What is this?"]
    assert store.problems() == []


def test_what_a_kill_left_goes_at_the_next_opening(store: Store) -> None:
    path = pictured(store)
    Path(f"{path}.files", "0" * 64).write_bytes(b"never mentioned")
    Path(f"{path}.files", ".123.abc.new").write_bytes(b"half")
    store.open(str(path), model=MODEL).journal.close()
    assert len(blobs(path)) == 2


def test_what_a_damaged_line_or_a_file_beside_mentions_stays(store: Store) -> None:
    path = pictured(store)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'{"type"', b'{type"', 1) + lines[2])
    store.open(str(path), model=MODEL).journal.close()
    assert len(blobs(path)) == 2
    Path(f"{path}.damaged").write_bytes(lines[1])
    path.write_bytes(lines[0] + lines[2])
    store.open(str(path), model=MODEL).journal.close()
    assert len(blobs(path)) == 2


def test_attachments_of_no_conversation_go_with_the_next_list(store: Store, home: Path) -> None:
    path = pictured(store)
    path.unlink()
    store.summaries()
    assert list(home.iterdir()) == []


def test_attachments_of_a_conversation_that_is_being_written_stay(
    store: Store, home: Path
) -> None:
    path = pictured(store)
    path.rename(home / f".1.{path.name}.new")  # process 1 always runs
    store.summaries()
    assert len(blobs(path)) == 2


def test_a_link_in_their_place_is_removed_and_not_followed(
    store: Store, tmp_path: Path
) -> None:
    path = pictured(store)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(f"{path}.files", elsewhere)
    Path(f"{path}.files").symlink_to(elsewhere)
    store.delete(str(path))
    assert len(list(elsewhere.iterdir())) == 2
