"""Citations: numbered marks in the text of an answer, and the numbered list of its sources.

    The Seine flows through Paris[1][2].

    1. [Seine - Wikipedia](https://en.wikipedia.org/wiki/Seine)
    2. report.pdf, page 3

Both are Markdown, so they look alike on the screen, in exports and in pipes. A mark follows
the last word of its text block, or the code block that contains it; a source has one number,
however often it is cited.

A text that was attached is cited by its characters. `with_lines` adds the lines, which people
can find, where the reply enters the program; they are shown and never sent.

Pure. The shapes are the API's (anthropic.types.TextCitation).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from streamchat.core.formatting import escape_markdown
from streamchat.core.messages import FIRST_LINE, LAST_LINE, Block, Message
from streamchat.core.sanitize import clean_line

_LINE_BEGINNING = 80  # characters
_MOST_HELD = 80  # characters; each piece that arrives looks at them again
_IN_A_LIST = re.compile(r"\s+\S|(\d+[.)]|[-*+])\s")
_FENCE = re.compile(
    r"(?P<prefix>(?:[> ]|[-*+] |\d{1,9}[.)] )*)(?P<fence>`{3,}(?=[^`]*$)|~{3,}|\$\$(?=\s*$))"
)
_OF_A_FENCE = re.compile(r"```|~~~|\$\$")
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where something was found. `url` is "" for a document that was attached, whose place
    says the page or the lines."""

    title: str
    url: str = ""
    place: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Two citations with one key are one source."""
        return (self.url,) if self.url else (self.title, self.place)

    @property
    def markdown(self) -> str:
        """A link, or the name of a document with the place in it."""
        if self.url:
            is_plain = not any(c in "()" for c in self.url)
            return (
                f"[{escape_markdown(self.title)}]({self.url if is_plain else f'<{self.url}>'})"
            )
        return escape_markdown(f"{self.title}, {self.place}" if self.place else self.title)


@dataclass(slots=True)
class Citations:
    """Writes the marks into the text of one answer as it arrives. `sources` are numbered in
    the order in which they are cited. Marks of what is in a code block come after it."""

    sources: list[Citation] = field(default_factory=list)
    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    _held: str = ""  # at the end of the text so far; the marks go before it
    _is_marked: bool = False  # the text so far ends with a mark
    _line: str = ""  # how the last line of the text begins
    _fence: str = ""  # the line that would end the open code block
    _waiting: str = ""  # marks to show after the code block

    def text(self, piece: str) -> str:
        """What to show for the next piece of a text block."""
        if self._is_marked and piece.startswith("("):
            piece = f"\\{piece}"  # or the mark would be a link
        text = self._held + piece
        self._is_marked = self._is_marked and not text
        shown = self._markable(text)
        if len(text) - len(shown) > _MOST_HELD:
            shown = text
        self._held = text[len(shown) :]
        return self._follow(shown)

    def end_block(self, block: Block | None = None) -> str:
        """What to show where a text block ends: [1][2]."""
        numbers = dict.fromkeys(map(self._number, read_citations(block or {})))
        marks = "".join(f"[{number}]" for number in numbers)
        if self._fence or _FENCE.match(self._line):
            self._waiting += "".join(
                f"[{number}]" for number in numbers if f"[{number}]" not in self._waiting
            )
            marks = ""
        held, self._held = self._held, ""
        if marks or held:
            self._is_marked = bool(marks) and not held
        return marks + self._follow(held)

    def list(self) -> str:
        """The numbered sources as Markdown, to be shown below the answer; "" for none."""
        if not self.sources:
            return ""
        lines = (f"{n}. {each.markdown}\n" for n, each in enumerate(self.sources, 1))
        # After a list, the sources would be more of its items.
        head = "\n\nSources:" if _IN_A_LIST.match(self._line) else ""
        return f"{self._end_code()}{head}\n\n{''.join(lines)}"

    def _number(self, citation: Citation) -> int:
        if citation.key not in self._numbers:
            self.sources.append(citation)
            self._numbers[citation.key] = len(self.sources)
        return self._numbers[citation.key]

    def _markable(self, text: str) -> str:
        """The text up to where a mark may go: before trailing blanks, and inside the last cell
        of a table row."""
        shown = text.rstrip()
        _, begins, rest = shown.rpartition("\n")
        row = (rest if begins else self._line + rest).lstrip(" >")
        ends_row = row[1:].endswith("|") and not row.endswith("\\|")
        return shown[:-1].rstrip() if row.startswith("|") and ends_row else shown

    def _follow(self, shown: str) -> str:
        """The same text; where it ends a code block, the marks that waited for that follow."""
        *ended, rest = shown.split("\n")
        if not (self._fence or _OF_A_FENCE.search(self._line + shown)):
            self._line = "" if ended else self._line
            self._extend(rest)
            return shown
        parts = []
        for line in ended:
            self._extend(line)
            parts.append(f"{line}\n{self._end_line()}")
        self._extend(rest)
        return "".join((*parts, rest))

    def _extend(self, part: str) -> None:
        self._line += part[: _LINE_BEGINNING - len(self._line)]

    def _end_line(self) -> str:
        """The marks to show after a line that ended a code block."""
        line, self._line = self._line, ""
        fence = _FENCE.match(line)
        if self._ends_code(line):
            marks, self._fence, self._waiting = self._waiting, "", ""
            return f"{line[: line.index(line.strip('> ')[0])]}{marks}\n" if marks else ""
        if fence is not None and not self._fence:
            self._fence = re.sub(r"[^> ]", " ", fence["prefix"]) + fence["fence"]
        return ""

    def _ends_code(self, line: str) -> bool:
        line, fence = line.strip("> "), self._fence.strip("> ")
        return bool(fence) and line.startswith(fence) and not line.strip(fence[0])

    def _end_code(self) -> str:
        """The end of a code block that was cut off, and the marks that waited for its end."""
        if not self._fence:
            return ""
        end = "" if self._ends_code(self._line) else f"\n{self._fence}"
        indent = self._fence[: self._fence.index(self._fence.strip("> ")[0])]
        marks = f"\n{indent}{self._waiting}" if self._waiting else ""
        self._fence = self._waiting = self._line = ""
        return end + marks


def cited_text(content: Iterable[Block]) -> str:
    """The text of an answer with its marks and its sources."""
    citations = Citations()
    texts = [
        citations.text(str(block.get("text", ""))) + citations.end_block(block)
        for block in content
        if block.get("type") == "text"
    ]
    return "".join(texts) + citations.list()


def read_citations(block: Block) -> Iterator[Citation]:
    """The citations of a text block; what has no known shape is left out."""
    cited = block.get("citations")
    for each in cited if isinstance(cited, list) else ():
        if isinstance(each, Mapping) and (citation := _read(each)) is not None:
            yield citation


def _read(cited: Mapping[str, Any]) -> Citation | None:
    url = cited.get("url") or cited.get("source")
    if isinstance(url, str) and url.startswith(_WEB):
        return Citation(_line(cited.get("title")) or url, _address(url))
    title = _line(cited.get("document_title") or cited.get("title")) or "document"
    match cited:
        case {"first_line": int(first), "last_line": int(last)}:
            return Citation(title, place=_range("line", first, last))
        case {"start_page_number": int(first), "end_page_number": int(after)}:
            return Citation(title, place=_range("page", first, after - 1))
        case {"start_block_index": int(first), "end_block_index": int(after)}:
            return Citation(title, place=_range("part", first + 1, after))
        case {"start_char_index": int(first), "end_char_index": int(after)}:
            return Citation(title, place=_range("character", first + 1, after))
        case _:
            return None


def _range(unit: str, first: int, last: int) -> str:
    return f"{unit} {first}" if last <= first else f"{unit}s {first}–{last}"


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _address(url: str) -> str:
    """The address, with the characters escaped that would end it in Markdown."""
    return "".join(f"%{ord(c):02X}" if c in "<>\\ " else c for c in clean_line(url))


def cite_documents(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages with citations on for every document: all or none, says the API."""
    return tuple(
        replace(message, content=tuple(map(_cite, message.content)))
        if message.role == "user"
        else message
        for message in messages
    )


def _cite(block: Block) -> Block:
    is_document = block.get("type") == "document"
    return {**block, "citations": {"enabled": True}} if is_document else block


@dataclass(frozen=True, slots=True)
class CitedDocuments:
    """Where the lines of the documents of a request begin, in their order. None for a
    document whose text is not known, such as a PDF."""

    starts: tuple[Sequence[int] | None, ...]

    @classmethod
    def read(cls, messages: Iterable[Message]) -> CitedDocuments:
        blocks = (block for message in messages for block in message.content)
        documents = [block for block in blocks if block.get("type") == "document"]
        is_on = any("citations" in block for block in documents)
        return cls(tuple(map(_line_starts, documents)) if is_on else ())

    def with_lines(self, block: Block) -> Block:
        """The same block of a reply; what it cites of a text has its lines too."""
        cited = block.get("citations")
        if not isinstance(cited, list) or not self.starts:
            return block
        return {**block, "citations": [self._located(each) for each in cited]}

    def _located(self, cited: Any) -> Any:
        match cited:
            case {
                "type": "char_location",
                "document_index": int(index),
                "start_char_index": int(first),
                "end_char_index": int(after),
            } if 0 <= index < len(self.starts) and (starts := self.starts[index]):
                lines = bisect_right(starts, first), bisect_right(starts, max(first, after - 1))
                return {**cited, FIRST_LINE: lines[0], LAST_LINE: lines[1]}
            case _:
                return cited


def _line_starts(document: Block) -> Sequence[int] | None:
    match document.get("source"):
        case {"type": "text", "data": str(text)}:
            ends = (at for at, character in enumerate(text, 1) if character == "\n")
            return [0, *ends]
        case _:
            return None
