"""One table of answers through all that shows them or gives them away: the terminal, the page,
the Markdown file, /copy, /copy N and the picker's preview."""

from __future__ import annotations

import re
from datetime import UTC
from html import unescape
from pathlib import Path

import pytest
from sheets import text_of
from test_policies import EXAMPLES

from fakes import open_session
from streamchat.app import commands
from streamchat.app.commands.outcomes import Copy
from streamchat.core.conversation import Conversation
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, text_block
from streamchat.core.theme import theme_named
from streamchat.export import FileExporter
from streamchat.export.prose import format_html
from streamchat.prompt.appearance import PromptLook
from streamchat.prompt.drawing import Drawing
from streamchat.render.style import Depth, Style

AT = "2026-11-23T22:10:00Z"
LOOK = Style(theme_named("dark"), Depth.COLOURS_256, hyperlinks=True)
# An answer, its words as they are shown, its code.
ANSWERS: dict[str, tuple[str, str, list[str]]] = {
    "line breaks": ("**Name** Ann\n  Age 5\n\n• a\n• b", "Name Ann Age 5 a b", []),
    "numbers": ("3. c\n3. d\n7. g", "3. c 4. d 7. g", []),
    "a table": ("| a | **b** |\n|---|---|\n| 1 | `x` | 3 |", "a b 1 x | 3", []),
    "pipes in cells": ("| a | b |\n|---|---|\n| `x|y` | $|z|$ |", "a b x|y |z|", []),
    "CJK": ("**注意：**请~~删~~", "注意：请删", []),
    "maths": ("$\\frac{a}{b}$ and\n\n$$x^2$$", "a/b and x²", []),
    "a path": ("C:\\new\\_x, __init__.py, 2*3*4", "C:\\new\\_x, __init__.py, 2*3*4", []),
    "gaps": ("____. __/__/____ **b**", "____. __/__/____ b", []),
    "HTML": ("H<sub>2</sub>O<br><kbd>Esc</kbd> <q>x", "H₂O Esc <q>x", []),
    "details": ("<details><summary>S</summary>\n<b>t</b>\n</details>", "▸ S t", []),
    "an alert": ("> [!NOTE]\n> So.", "Note So.", []),
    "tasks": ("- [x] a\n- [ ] b", "☑ a ☐ b", []),
    "citations": ("known [1][2] 【4†s】[^n] [see][b]", "known [1][2] 【4†s】[^n] see[b]", []),
    "hints": ("a\u200bb \u200fשלום \u202ex", "ab שלום \ufffdx", []),
    "code": ("```py title=x\na\u200bb\n  c\n```", "py title=x a<200b>b c", ["a\u200bb\n  c\n"]),
    "a file": (
        "```md\n# T\n```sh\nls\n```\n```\n\n    indented\n",
        "md # T ```sh ls ``` indented",
        ["# T\n```sh\nls\n```\n", "indented\n"],
    ),
    "line ends": ("a\r\n```sh\r\nls\r\n```\r\nb", "a sh ls b", ["ls\n"]),
}


def asked(text: str) -> Conversation:
    conversation = open_session().conversation
    conversation.append(Message("user", (text_block("q"),)), "t1", AT)
    conversation.append(Message("assistant", (text_block(text),)), "t2", AT)
    return conversation


@pytest.mark.parametrize(("text", "words", "blocks"), ANSWERS.values(), ids=ANSWERS)
def test_all_agree(text: str, words: str, blocks: list[str], tmp_path: Path) -> None:
    assert words_of(" ".join(text_of(text, 200, LOOK))) == words
    assert words_of(words_in_page(format_html(text))) == words

    session = open_session()
    session.conversation = asked(text)
    assert commands.dispatch(session, CommandLine("copy", "")) == Copy(text, "The answer")
    for number, block in enumerate(blocks, 1):
        copied = commands.dispatch(session, CommandLine("copy", str(number)))
        assert copied == Copy(block, f"Code block {number} of {len(blocks)}")

    exporter = FileExporter(tmp_path, tmp_path, "", zone=UTC)
    written = exporter.text(asked(text), "md", replies=None)
    assert written.endswith("\n\n" + text.strip("\n") + "\n")

    preview = Drawing(PromptLook(), str).preview(((text, False),), rows=50, width=200)
    shown = "".join(part[1] for part in preview)
    hidden = dict.fromkeys(map(ord, "\u200b\u200f"))
    line = text.replace("\r\n", "\n").replace("\n", "\u2424").translate(hidden)
    assert "".join(shown.split()) == "".join(line.replace("\u202e", "\ufffd").split())


def words_of(text: str) -> str:
    """Without rules, bullets and bars."""
    kept = (word for word in text.split() if not re.fullmatch(r"[─│┼▌•]+", word))
    return " ".join(kept)


def words_in_page(page: str) -> str:
    page = re.sub(r'<li value="(\d+)">', r" \1. ", page)
    page = re.sub(r"</?(?:a|b|strong|em|s|kbd|code|span|wbr)\b[^>]*>", "", page)
    return unescape(re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize(("holds", "written", "_"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_every_policy_of_the_page_of_policies_holds_in_exports_and_copies(
    holds: str, written: str, _: str, tmp_path: Path
) -> None:
    text = written.replace("⏎", "\n")
    shown = words_of(" ".join(text_of(text, 200, LOOK)))
    page = re.sub(r'image: <a href="([^"]*)".*?</a>', r"\g<0> (\1)", format_html(text))
    assert words_of(words_in_page(page)) == shown, holds

    session = open_session()
    session.conversation = asked(text)
    assert commands.dispatch(session, CommandLine("copy", "")) == Copy(text, "The answer")
    exporter = FileExporter(tmp_path, tmp_path, "", zone=UTC)
    written_to = exporter.text(asked(text), "md", replies=None)
    assert written_to.endswith("\n\n" + text.strip("\n") + "\n")
