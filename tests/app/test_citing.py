"""Documents that are cited: what is sent, and the lines that an answer gets."""

from __future__ import annotations

from typing import Any

import pytest
from test_repl import Dialogue

from fakes import reply_events
from streamchat.app.commands import dispatch
from streamchat.app.commands.outcomes import Done
from streamchat.app.requesting import record_tools
from streamchat.core.citations import CitedDocuments, cite_documents, cited_text
from streamchat.core.errors import UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Block, Message, text_block
from streamchat.core.ports import Key
from streamchat.core.schema import Shape


def text_document(text: str, title: str = "notes.txt") -> Block:
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "document", "source": source, "title": title}


PDF: Block = {
    "type": "document",
    "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
    "title": "report.pdf",
}


def cited(first: int, after: int, *, document: int = 0) -> Block:
    place = {
        "type": "char_location",
        "document_index": document,
        "document_title": "notes.txt",
        "start_char_index": first,
        "end_char_index": after,
    }
    return {**text_block("It says so"), "citations": [place]}


def located(text: str, first: int, after: int) -> str:
    documents = CitedDocuments.read(cite_documents([Message("user", (text_document(text),))]))
    return cited_text([documents.with_lines(cited(first, after))]).splitlines()[-1]


@pytest.mark.parametrize(
    ("first", "after", "place"),
    [
        (0, 3, "line 1"),
        (0, 4, "line 1"),  # the end of a line belongs to it
        (4, 7, "line 2"),
        (2, 9, "lines 1–3"),
        (8, 99, "line 3"),
        (4, 4, "line 2"),
    ],
)
def test_characters_of_a_text_become_lines(first: int, after: int, place: str) -> None:
    assert located("one\ntwo\nthree", first, after) == f"1. notes.txt, {place}"


def test_pages_of_a_pdf_stay_pages() -> None:
    page = {
        "type": "page_location",
        "document_index": 0,
        "document_title": "report.pdf",
        "start_page_number": 3,
        "end_page_number": 4,
    }
    block = {**text_block("So"), "citations": [page]}
    documents = CitedDocuments.read(cite_documents([Message("user", (PDF,))]))
    assert documents.with_lines(block) == block
    assert cited_text([block]) == "So[1]\n\n1. report.pdf, page 3\n"


@pytest.mark.parametrize("index", [-1, 1, 7])
def test_a_document_that_is_not_there_stays_characters(index: int) -> None:
    asked = cite_documents([Message("user", (text_document("a\nb"), PDF))])
    block = cited(0, 1, document=index)
    assert CitedDocuments.read(asked).with_lines(block) == block


def test_the_lines_are_shown_and_never_sent() -> None:
    documents = CitedDocuments.read(cite_documents([Message("user", (text_document("a"),))]))
    block = documents.with_lines(cited(0, 1))
    assert block["citations"][0]["first_line"] == 1
    [sent] = Message("assistant", (block,)).to_wire()["content"]
    assert sent == cited(0, 1)


def test_documents_of_all_turns_are_cited_or_none() -> None:
    made = Dialogue(Key.END)
    made.session.attached = (text_document("a"), PDF)
    made.again("one", Key.END, answers=[reply_events("ok")])
    first = made.source.requests[0].messages
    made.session.citations = True
    made.session.attached = (text_document("b"),)
    made.again("two", Key.END, answers=[reply_events("ok")])
    second = made.source.requests[0].messages
    assert [_citations(first), _citations(second)] == [[None] * 2, [True] * 3]
    kept = made.session.conversation.path[0].message.content
    assert kept[0] == text_document("a")


def _citations(messages: tuple[Message, ...]) -> list[Any]:
    blocks = [block for message in messages for block in message.content]
    documents = [block for block in blocks if block["type"] == "document"]
    return [(each.get("citations") or {}).get("enabled") for each in documents]


def test_a_switch_leaves_out_earlier_thinking() -> None:
    session = Dialogue("one", Key.END, answers=[reply_events("ok")]).session
    signed = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    reply = Message("assistant", (signed, text_block("ok")), stop_reason="end_turn")
    session.add(reply)
    assert session.request().messages[-1].content == reply.content
    session.citations = True
    record_tools(session)
    assert session.request().messages[-1].content == (text_block("ok"),)


def test_the_command_and_a_schema_exclude_each_other() -> None:
    session = Dialogue(Key.END).session
    assert dispatch(session, CommandLine("citations")) == Done("Citations are off.")
    assert dispatch(session, CommandLine("citations", "on")) == Done("Citations are on.")
    session.shape = Shape({"type": "object"}, lambda _value: "")
    record_tools(session)
    assert not session.conversation.cites
    with pytest.raises(UsageError, match="a schema cannot cite"):
        dispatch(session, CommandLine("citations", "on"))
