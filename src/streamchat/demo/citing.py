"""An answer that cites the documents of the request, as the server does with citations on."""

from __future__ import annotations

from streamchat.core.messages import Block, JsonObject, content_from_wire, text_block

_LONGEST_CITED = 200


def cited_documents(body: JsonObject) -> list[Block]:
    """The documents of the request, if they are to be cited."""
    blocks = (b for message in body["messages"] for b in content_from_wire(message["content"]))
    documents = [block for block in blocks if block.get("type") == "document"]
    is_on = any((each.get("citations") or {}).get("enabled") for each in documents)
    return documents if is_on else []


def cite_blocks(documents: list[Block]) -> tuple[Block, ...]:
    """A sentence about each document, with its citation."""
    blocks = [text_block("The demo cites what is attached.")]
    for index, document in enumerate(documents):
        blocks += [_cited(index, document), text_block(".")]
    return tuple(blocks)


def _cited(index: int, document: Block) -> Block:
    title = document.get("title")
    about = {"document_index": index, "document_title": title}
    match document.get("source"):
        case {"type": "text", "data": str(text)}:
            said = " A text ends here"
            start, end = _last_words(text)
            place = {"start_char_index": start, "end_char_index": end}
            about |= {"type": "char_location", "cited_text": text[start:end], **place}
        case _:
            said = " A document begins here"
            place = {"start_page_number": 1, "end_page_number": 2}
            about |= {"type": "page_location", "cited_text": "The first page.", **place}
    return {**text_block(said), "citations": [about]}


def _last_words(text: str) -> tuple[int, int]:
    """The last line with words and its place, which shows that lines are counted."""
    start = text.rstrip().rfind("\n") + 1
    end = len(text.rstrip())
    return start, min(end, start + _LONGEST_CITED)
