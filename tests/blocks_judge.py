"""The judge of block structure: markdown-it-py's tokens as leaves, to compare with ours.

`plain` brings the leaves of either to one form: containers numbered in the order in which
they appear, code and HTML lines gathered. What the policies in `streamchat.core.markdown`
change is levelled there on both sides, and only that: excess cells of a table's row, and
the leading blanks of lines within a paragraph, which markdown-it leaves to its inline rules.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from streamchat.core.markdown import Blocks
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Container,
    Definition,
    Empty,
    Heading,
    HtmlLine,
    Item,
    Leaf,
    LeafBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
)

Plain: TypeAlias = tuple[tuple[str, ...], list[Any]]

_judge = MarkdownIt(
    "commonmark", {"html": True, "maxNesting": 10_000, "inline_definitions": True}
)
_judge.enable(["table", "strikethrough"])
_judge.core.ruler.disable("inline")


def parse(source: str) -> list[Leaf]:
    blocks = Blocks()
    return blocks.feed(source) + blocks.close()


def judge(source: str) -> list[Leaf]:
    return _Reader().read(_judge.parse(source.removesuffix("\n") + "\n"))


def has_long_setext_heading(source: str) -> bool:
    """Whether a paragraph of several lines is a heading for the judge; for us it is none."""
    tokens = _judge.parse(source.removesuffix("\n") + "\n")
    return any(
        token.type == "heading_open" and token.markup in "-=" and "\n" in following.content
        for token, following in itertools.pairwise(tokens)
    )


def plain(leaves: Iterable[Leaf]) -> list[Plain]:
    names: dict[int, int] = {}
    result: list[Plain] = []
    for leaf in leaves:
        path = tuple(_container(names, container) for container in leaf.path)
        match leaf.block:
            case CodeStart(info):
                result.append((path, ["code", info]))
            case HtmlLine(text, first=True):
                result.append((path, ["html", text]))
            case CodeLine(text) | HtmlLine(text):
                assert result[-1][0] == path
                result[-1][1].append(text)
            case CodeEnd():
                assert result[-1][0] == path
            case block:
                result.append((path, _leaf(block)))
    for _, leaf_lines in result:
        while leaf_lines[0] in {"code", "html"} and leaf_lines[-1] == "":
            leaf_lines.pop()
    return result


def _container(names: dict[int, int], container: Container) -> str:
    number = names.setdefault(container.id, len(names))
    match container:
        case Quote():
            return f"quote {number}"
        case Item(_, list_id, item_number, delimiter):
            the_list = names.setdefault(list_id, len(names))
            mark = delimiter if item_number is None else f"{item_number}{delimiter}"
            return f"item {number} of {the_list}: {mark}"
        case _:
            return f"footnote {number}: {container.label}"


def _leaf(block: LeafBlock) -> list[Any]:
    match block:
        case Paragraph(text):
            lines = [line.lstrip(" \t") for line in text.split("\n")]
            return ["paragraph", "\n".join(lines).strip()]
        case Heading(level, text):
            return ["heading", level, text.strip()]
        case Table(alignments, header, rows):
            cut = [(*row[:-1], row[-1].partition(" | ")[0]) for row in rows]
            return [
                "table",
                alignments,
                header,
                [[cell.strip() for cell in row] for row in cut],
            ]
        case Definition(label, destination, title):
            return ["definition", label, destination, title]
        case _:
            return [block]


class _Reader:
    """Reads tokens in order; a stack of open containers, each with the leaves it began at."""

    def __init__(self) -> None:
        self._ids = itertools.count()
        self._leaves: list[Leaf] = []
        self._open: list[tuple[Container, int]] = []
        self._lists: list[tuple[int, list[tuple[int, int]]]] = []

    def read(self, tokens: Sequence[Token]) -> list[Leaf]:
        for position, token in enumerate(tokens):
            match token.type:
                case "blockquote_open":
                    self._enter(Quote(next(self._ids)))
                case "bullet_list_open":
                    self._lists.append((next(self._ids), []))
                case "ordered_list_open":
                    self._lists.append((next(self._ids), []))
                case "list_item_open":
                    list_id, numbers = self._lists[-1]
                    number = _number(numbers, int(token.info)) if token.info else None
                    self._enter(Item(next(self._ids), list_id, number, token.markup))
                case "blockquote_close" | "list_item_close":
                    self._leave()
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "table_open":
                    end = next(
                        i for i, t in enumerate(tokens[position:]) if t.type == "table_close"
                    )
                    self._add(_table(tokens[position : position + end]))
                case _:
                    self._leaf(token, tokens[position + 1 : position + 2])
        return self._leaves

    def _enter(self, container: Container) -> None:
        self._open.append((container, len(self._leaves)))

    def _leave(self) -> None:
        if self._open[-1][1] == len(self._leaves):
            self._add(Empty())
        self._open.pop()

    def _add(self, *blocks: LeafBlock) -> None:
        path = tuple(container for container, _ in self._open)
        self._leaves += [Leaf(block, path) for block in blocks]

    def _leaf(self, token: Token, following: Sequence[Token]) -> None:
        match token.type:
            case "paragraph_open":
                self._add(Paragraph(following[0].content))
            case "heading_open":
                self._add(Heading(int(token.tag[1]), following[0].content))
            case "hr":
                self._add(Rule())
            case "fence" | "code_block":
                info = unescapeAll(token.info.strip()) if token.type == "fence" else None
                lines = token.content.split("\n")[:-1]
                self._add(CodeStart(info), *map(CodeLine, lines), CodeEnd())
            case "html_block":
                first, *rest = token.content.split("\n")
                self._add(HtmlLine(first, first=True))
                self._add(*[HtmlLine(line, first=False) for line in rest])
            case "definition":
                label, url, title = (token.meta[key] for key in ("id", "url", "title"))
                self._add(Definition(label, url, title, source=""))


def _number(numbers: list[tuple[int, int]], written: int) -> int:
    """The number to show; `numbers` are those written before it, and shown for them."""
    shown = numbers[-1][1] + 1 if numbers and numbers[-1][0] == written else written
    numbers.append((written, shown))
    return shown


def _table(tokens: Sequence[Token]) -> Table:
    rows: list[list[str]] = []
    columns: list[Any] = []
    for position, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            rows[-1].append(tokens[position + 1].content)
        if token.type == "th_open":
            style = str(token.attrs.get("style", ""))
            columns.append(style.removeprefix("text-align:") or None)
    return Table(tuple(columns), tuple(rows[0]), tuple(map(tuple, rows[1:])))
