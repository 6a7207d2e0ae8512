"""Link reference definitions, recognised line by line at the start of a paragraph.

A definition may span lines (in its label, before its destination, in its title), so a
paragraph that starts with `[` carries a `Scan`: what may still follow. If a line that looked
like a title turns out not to be one, the definition has no title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from markdown_it.common.normalize_url import normalizeLink, validateLink
from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkDestination, parseLinkTitle

from streamchat.core.markdown.leaves import Definition


class Stage(Enum):
    LABEL = auto()  # after `[`
    DESTINATION = auto()  # after `]:`
    TITLE_OR_END = auto()  # a definition, but the next line may be its title
    TITLE = auto()  # inside a title
    DONE = auto()  # a definition, whatever follows
    UNTITLED = auto()  # a definition, and then lines that are not its title
    NO_DEFINITION = auto()


_label_end = re.compile(r"((?:[^\\\[\]]++|\\.)*+)\]:", re.DOTALL)
_label_line = re.compile(r"(?:[^\\\[\]]++|\\.)*+\\?\Z")
_title_end = {
    '"': re.compile(r'(?:[^\\"]++|\\.)*+"'),
    "'": re.compile(r"(?:[^\\']++|\\.)*+'"),
    ")": re.compile(r"(?:[^\\()]++|\\.)*+\)"),
}
_title_line_in_parentheses = re.compile(r"(?:[^\\()]++|\\.)*+\\?\Z")
_CLOSERS = {'"': '"', "'": "'", "(": ")"}
_BLANKS = " \t\n"


@dataclass(frozen=True, slots=True)
class Scan:
    """How far the lines of a paragraph have gone towards a definition."""

    stage: Stage = Stage.LABEL
    lines: int = 0
    labelled: bool = False  # the label is not blank
    closer: str = ""  # of the title
    untitled_lines: int = 0  # the lines before a title that has lines of its own

    @property
    def is_definition(self) -> bool:
        return self.stage in {Stage.TITLE_OR_END, Stage.DONE, Stage.UNTITLED}

    def admits(self, text: str) -> bool:
        """Whether a further line can belong to the definition, if it is one already."""
        if self.stage is Stage.TITLE_OR_END:
            return self.add(text).stage is not Stage.UNTITLED
        return self.stage is not Stage.DONE

    def add(self, text: str) -> Scan:
        scan = replace(self, lines=self.lines + 1)
        match self.stage:
            case Stage.LABEL:
                return _label(scan, text[1:] if self.lines == 0 else text)
            case Stage.DESTINATION:
                return _destination(scan, text)
            case Stage.TITLE_OR_END:
                return _title(replace(scan, untitled_lines=self.lines), text)
            case Stage.TITLE:
                return _title_text(scan, text)
            case _:
                return scan

    def closed(self) -> Scan:
        """The state if no line follows."""
        return _without_title(self) if self.stage is Stage.TITLE else self


def _label(scan: Scan, text: str) -> Scan:
    end = _label_end.match(text)
    label = end[1] if end else text
    scan = replace(scan, labelled=scan.labelled or bool(label.strip(_BLANKS)))
    if end and scan.labelled:
        return _destination(replace(scan, stage=Stage.DESTINATION), text[end.end() :])
    if not end and _label_line.match(text):
        return scan
    return replace(scan, stage=Stage.NO_DEFINITION)


def _destination(scan: Scan, text: str) -> Scan:
    text = text.strip(_BLANKS)
    if not text:
        return scan
    destination = parseLinkDestination(text, 0, len(text))
    if not destination.ok or not validateLink(normalizeLink(destination.str)):
        return replace(scan, stage=Stage.NO_DEFINITION)
    rest = text[destination.pos :]
    if not rest:
        return replace(scan, stage=Stage.TITLE_OR_END)
    if rest[0] not in _BLANKS:
        return replace(scan, stage=Stage.NO_DEFINITION)
    return _title(scan, rest.strip(_BLANKS))


def _title(scan: Scan, text: str) -> Scan:
    if text[0] not in _CLOSERS:
        return _without_title(scan)
    return _title_text(replace(scan, stage=Stage.TITLE, closer=_CLOSERS[text[0]]), text[1:])


def _title_text(scan: Scan, text: str) -> Scan:
    end = _title_end[scan.closer].match(text)
    if end:
        garbage = text[end.end() :].strip(_BLANKS)
        return _without_title(scan) if garbage else replace(scan, stage=Stage.DONE)
    if scan.closer == ")" and not _title_line_in_parentheses.match(text):
        return _without_title(scan)
    return scan


def _without_title(scan: Scan) -> Scan:
    """It was not a title. If it began on a line of its own, the lines before it are a
    definition."""
    stage = Stage.UNTITLED if scan.untitled_lines else Stage.NO_DEFINITION
    return replace(scan, stage=stage)


def definition(source: str) -> Definition:
    """Read a source that a `Scan` found to be a definition."""
    label = _label_end.match(source, 1)
    assert label is not None
    start = _skip_blanks(source, label.end())
    destination = parseLinkDestination(source, start, len(source))
    start = _skip_blanks(source, destination.pos)
    title = parseLinkTitle(source, start, len(source))
    return Definition(
        label=normalizeReference(label[1]),
        destination=normalizeLink(destination.str),
        title=title.str if title.ok else "",
        source=source,
    )


def _skip_blanks(source: str, start: int) -> int:
    return len(source) - len(source[start:].lstrip(_BLANKS))
