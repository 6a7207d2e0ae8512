"""An answer's Markdown as inert HTML.

The blocks and the policies are those of the terminal: `core.markdown` reads both. Rules:
HTML in the answer is text; a link goes to http, https or mailto, or is text. Must not know
pages or conversations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from streamchat.core.markdown import Blocks
from streamchat.core.markdown.conventions import read_alert, read_html_line, split_task
from streamchat.core.markdown.inline import Reference
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Container,
    Definition,
    Empty,
    Footnote,
    Heading,
    HtmlLine,
    Item,
    Leaf,
    LeafBlock,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
)
from streamchat.core.markdown.maths import format_block
from streamchat.core.sanitize import clean, clean_line, without_hints
from streamchat.export.colours import AnswerColours
from streamchat.export.inline import format_inline, format_pieces, is_safe, link

__all__ = ["format_html", "is_safe", "link"]

_OUTER_HEADINGS = 2  # of the page: an answer's first level is its third
_DEEPEST_HEADING = 6
_FORMULA_CHARACTERS = 120  # of a row that is in several


def format_html(source: str) -> str:
    """The answer's Markdown, rendered."""
    blocks = Blocks()
    leaves = blocks.feed(clean(source, keeps_hints=True)) + blocks.close()
    writer = _HtmlWriter(_references(leaves))
    for leaf in leaves:
        writer.write(leaf)
    return writer.done()


def _references(leaves: Iterable[Leaf]) -> Mapping[str, Reference]:
    """The first definition of each label. A page knows all of them from the beginning."""
    references: dict[str, Reference] = {}
    for leaf in leaves:
        if isinstance(leaf.block, Definition):
            definition = leaf.block
            target = Reference(definition.destination, definition.title)
            references.setdefault(definition.label, target)
    return references


@dataclass(frozen=True, slots=True)
class _Element:
    """An open element; `key` tells whether the next leaf belongs to it, too."""

    key: tuple[str, int]
    start: str
    end: str


@dataclass(slots=True)
class _HtmlWriter:
    references: Mapping[str, Reference]
    _parts: list[str] = field(default_factory=list)
    _open: list[_Element] = field(default_factory=list)
    _end_of_run: str = ""  # closes the table or HTML block whose parts are several leaves
    _code: list[str] = field(default_factory=list)
    _info: str = ""
    _colours: AnswerColours = field(default_factory=AnswerColours)

    def done(self) -> str:
        self._end_run()
        self._leave(0)
        return "".join(self._parts)

    def _code_block(self, code: str) -> str:
        info = self._info.strip()
        language = info.split(maxsplit=1)[0] if info else ""
        shown = escape(clean_line(without_hints(info)))
        label = f'<div class="lang">{shown}</div>' if shown else ""
        inner = self._colours.coloured(code, language)
        return f'<div class="code">{label}<pre><code>{inner}</code></pre></div>\n'

    def write(self, leaf: Leaf) -> None:
        if not _continues(leaf.block):
            self._end_run()
        task, text = split_task(leaf)
        self._enter(leaf, task)
        if alert := read_alert(leaf):
            title, text = self._inline(alert.title), alert.text
            self._parts.append(f'<p class="alert {alert.kind}">{title}</p>\n')
        self._block(leaf.block, text)

    def _block(self, block: LeafBlock, text: str) -> None:
        match block:
            case CodeStart(info=info):
                self._code, self._info = [], info or ""
            case CodeLine(text=line):
                self._code.append(f"{line}\n")
            case CodeEnd():
                self._parts.append(self._code_block("".join(self._code)))
            case Table():
                self._table(block)
            case HtmlLine():
                self._html(block)
            case _:
                self._parts.append(self._alone(block, text))

    def _html(self, html: HtmlLine) -> None:
        seen = read_html_line(html.text)
        if seen.is_summary:
            self._end_run()
            self._parts += [
                f"<p>▸ <strong>{self._inline(line)}</strong></p>\n" for line in seen.lines
            ]
        elif seen.lines:
            if not self._end_of_run:
                name = "text" if html.holds_text else "html"
                self._begin_run(f'<div class="{name}">', "</div>\n")
            shown = self._inline if html.holds_text else _literal
            self._parts += [f"{shown(line)}\n" for line in seen.lines]

    def _alone(
        self, block: Paragraph | Heading | Rule | MathBlock | Definition | Empty, text: str
    ) -> str:
        match block:
            case Paragraph():
                return f"<p>{self._inline(text)}</p>\n" if text else ""
            case Heading(level=level):
                tag = f"h{min(level + _OUTER_HEADINGS, _DEEPEST_HEADING)}"
                return f"<{tag}>{self._inline(block.text)}</{tag}>\n" if block.text else ""
            case Rule():
                return "<hr>\n"
            case MathBlock(source=source):
                return f'<div class="math">{_format_block(source)}</div>\n'
            case Definition(source=source):
                return f'<p class="html">{_literal(source)}</p>\n'
            case Empty():
                return ""

    def _inline(self, source: str) -> str:
        return format_inline(source, self.references)

    # Containers.

    def _enter(self, leaf: Leaf, task: str) -> None:
        wanted: list[_Element] = []
        for container in leaf.path:
            wanted += _elements(container, task if container is leaf.path[-1] else "")
        shared = 0
        for open_, new in zip(self._open, wanted, strict=False):
            if open_.key != new.key:
                break
            shared += 1
        self._leave(shared)
        for element in wanted[shared:]:
            self._parts.append(element.start)
            self._open.append(element)

    def _leave(self, depth: int) -> None:
        while len(self._open) > depth:
            self._parts.append(self._open.pop().end)

    # Runs of leaves that are one element.

    def _begin_run(self, start: str, end: str) -> None:
        self._parts.append(start)
        self._end_of_run = end

    def _end_run(self) -> None:
        self._parts.append(self._end_of_run)
        self._end_of_run = ""

    def _table(self, table: Table) -> None:
        if table.begun is None:
            head = self._row(table, table.header, "th")
            self._begin_run(
                f"<table>\n<thead>{head}</thead>\n<tbody>\n", "</tbody>\n</table>\n"
            )
        self._parts += [f"{self._row(table, row, 'td')}\n" for row in table.rows]

    def _row(self, table: Table, cells: Iterable[str], tag: str) -> str:
        row = []
        for alignment, cell in zip(table.alignments, cells, strict=True):
            side = f' class="{alignment}"' if alignment in ("right", "center") else ""
            row.append(f"<{tag}{side}>{self._inline(cell)}</{tag}>")
        return f"<tr>{''.join(row)}</tr>"


def _elements(container: Container, task: str) -> list[_Element]:
    match container:
        case Quote(id=number):
            return [_Element(("quote", number), "<blockquote>\n", "</blockquote>\n")]
        case Footnote(id=number, label=label):
            mark = f'<span class="note-mark">[^{escape(without_hints(label))}]:</span>'
            start = f'<div class="footnote">{mark}\n'
            return [_Element(("footnote", number), start, "</div>\n")]
        case Item(id=number, list_id=the_list, number=None):
            item = f'<li class="task">{task} ' if task else "<li>"
            return [
                _Element(("list", the_list), "<ul>\n", "</ul>\n"),
                _Element(("item", number), item, "</li>\n"),
            ]
        case Item(id=number, list_id=the_list):
            return [
                _Element(("list", the_list), "<ol>\n", "</ol>\n"),
                _Element(("item", number), f'<li value="{container.number}">{task}', "</li>\n"),
            ]


def _literal(source: str) -> str:
    return escape(without_hints(source))


def _format_block(source: str) -> str:
    rows = format_block(source, _FORMULA_CHARACTERS)
    if rows is None:
        return _literal(source)
    return "\n".join(format_pieces(row, source) for row in rows)


def _continues(block: LeafBlock) -> bool:
    """Whether the leaf belongs to the run before it."""
    match block:
        case HtmlLine(first=first):
            return not first
        case Table(begun=begun):
            return begun is not None
        case _:
            return False
