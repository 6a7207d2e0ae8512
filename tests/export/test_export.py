"""`export` and /export: three forms; the page can only be read, whatever was answered."""

import errno
import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from disks import open_store
from fakes import MODEL, MemoryExporter, open_session
from shares import share
from streamchat.app import commands
from streamchat.app.commands.exports import ExportArguments, parse_export
from streamchat.app.commands.outcomes import Done, LongWork, Outcome, ShowReport
from streamchat.app.session import Session
from streamchat.core.conversation import Conversation
from streamchat.core.errors import DiskError, UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Block, Message, text_block
from streamchat.core.sanitize import clean
from streamchat.export import FileExporter, build_export_name, colours
from streamchat.export.document import start_of_last
from streamchat.export.prose import format_html
from work import calls_during

AT = "2026-09-21T14:13:20Z"
CORPUS = json.loads((Path(__file__).parents[1] / "data/escape_corpus.json").read_text("utf-8"))
XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "</code></pre><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<!-- --><script>alert(1)</script> <![CDATA[ ]]>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import url(https://evil.example/x.css)</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><button>go</button></form>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java\nscript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>) [b](vbscript:x) [c](file:///etc/passwd)",
    "[a](\x01javascript:alert(1)) [b](&#106;avascript:alert(1)) [c](//evil.example)",
    "<javascript:alert(1)> <data:text/html;base64,PHN2Zz4=>",
    "![x](https://evil.example/pixel.png) ![y](javascript:alert(1)) ![z](data:image/svg+xml,x)",
    '![x](https://evil.example/a.png "t\\" onerror=\\"alert(1)")',
    '[a](https://ok.example "x\\" onmouseover=\\"alert(1)")',
    "https://ok.example/\"onmouseover='alert(1)'",
    "https://ok.example/<script>alert(1)</script>",
    "[x]: javascript:alert(1)\n\n[x]",
    '```html"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```',
    "```python\n</span><script>alert(1)</script> = '</code>'\n```",
    "| <script>alert(1)</script> | `</td>` |\n|:-:|--:|\n| <b onclick=x>y</b> | z |",
    "# <script>alert(1)</script>\n\n> <b>\n\n- [ ] <i>\n\n1986\\. x",
    "&lt;script&gt; &#60;script&#62;alert(1)&#60;/script&#62; &#x202e;gnp.exe &#x200b;",
    "`<script>alert(1)</script>` ~~<b>~~ **<u>** *[x](<javascript:alert(1)>)*",
    "![![![<script>](https://evil.example/a)](https://evil.example/b)](https://evil.example/c)",
]
HOSTILE = [case["payload"] for case in CORPUS] + XSS
BARE = (
    *("html", "head", "title", "style", "body", "header", "main", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "p", "ul", "li", "blockquote", "hr", "br", "pre", "em", "strong", "s"),
    *("table", "thead", "tbody", "tr", "details", "summary"),
    *("ol", "u", "kbd", "sub", "sup", "mark", "wbr"),
)
ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in BARE},
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "header": {"class"},
    "article": {"class"},
    "div": {"class", "dir"},
    "h1": {"dir"},
    "time": {"datetime"},
    "li": {"class", "value"},
    "code": set(),
    "span": {"class"},
    "p": {"class"},
    "ul": {"class"},
    "th": {"class"},
    "td": {"class"},
    "a": {"href", "rel", "title"},
    "img": {"alt", "src"},
}


class Page(HTMLParser):
    """What a browser would find: tags with attributes, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data!r}")

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attributes for name, attributes in self.tags if name == tag)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def assert_harmless(source: str) -> None:
    page = Page(source)
    for tag, attributes in page.tags:
        assert tag in ALLOWED, tag
        assert set(attributes) <= ALLOWED[tag], (tag, attributes)
        if "href" in attributes:
            assert re.match(r"(https?://|mailto:)", attributes["href"], re.IGNORECASE)
        if "src" in attributes:
            assert re.fullmatch(
                r"data:image/(png|jpeg|gif|webp);base64,[\w+/=]+", attributes["src"]
            )
    bare = page.text.translate(dict.fromkeys(map(ord, "\n\t\xad")))
    assert clean(bare) == bare
    for _, attributes in page.tags:
        for value in attributes.values():
            assert clean(value) == value


def talk(*messages: Message, title: str = "") -> Conversation:
    conversation = Conversation.new("abcd1234", AT, MODEL)
    for number, message in enumerate(messages):
        conversation.append(message, f"t{number}", AT)
    if title:
        conversation.rename(title)
    return conversation


def user(text: str, *others: Block) -> Message:
    return Message("user", (*others, text_block(text)))


def answer(text: str, *others: Block, stop_reason: str = "end_turn") -> Message:
    return Message("assistant", (*others, text_block(text)), MODEL, stop_reason)


@pytest.fixture
def exporter(tmp_path: Path) -> FileExporter:
    return FileExporter(tmp_path, tmp_path / "home", "! overwrites it", zone=UTC)


# Markdown


@pytest.mark.parametrize(
    ("title", "url", "line"),
    [
        ("A [x](y) <b>", "https://a/b?c=d", r"[A \[x\](y) \<b\>](https://a/b?c=d)"),
        ("t", "https://a/> <script>", "[t](https://a/%3E%20%3Cscript%3E)"),
        ("a\n# b\x1b[2J", "http://x/(y)", "[a\u2424\\# b\u241b\\[2J](<http://x/(y)>)"),
    ],
)
def test_titles_and_addresses_of_sources_cannot_be_anything_else(
    exporter: FileExporter, title: str, url: str, line: str
) -> None:
    cited: Block = {
        "type": "text", "text": "So.", "citations": [{"url": url, "title": title}],
    }  # fmt: skip
    talked = talk(user("q"), Message("assistant", (cited,), MODEL, "end_turn"))
    assert exporter.text(talked, "md", replies=None).endswith(f"So.[1]\n\n1. {line}\n")


def test_an_export_masks_what_it_is_told_to(tmp_path: Path) -> None:
    exporter = FileExporter(tmp_path, tmp_path, "", lambda text: text.replace("secret", "…"))
    talked = talk(user("q"), answer("the secret"))
    for form in ("md", "html", "json"):
        assert "secret" not in exporter.text(talked, form, replies=None)


def test_markdown_has_roles_times_and_the_words_as_they_came(exporter: FileExporter) -> None:
    picture: Block = {"type": "image", "source": {"type": "base64", "data": "AAAA"}}
    thinking: Block = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    cited: Block = {
        "type": "text",
        "text": "So.",
        "citations": [{"url": "https://example.org/a", "title": "A [page]"}],
    }
    conversation = talk(
        user("What's *this*?", picture),
        Message("assistant", (thinking, text_block("A **cat**. "), cited), MODEL, "end_turn"),
        user("And"),
        answer("It", stop_reason="interrupted"),
    )
    assert exporter.text(conversation, "md", replies=None) == (
        "# What's \\*this\\*?\n\n"
        "## User, 21 Sep 2026, 14:13 UTC\n\n*[image]*\n\nWhat's *this*?\n\n"
        "## Assistant (claude-test), 21 Sep 2026, 14:13 UTC\n\nA **cat**. So.[1]\n\n"
        "1. [A \\[page\\]](https://example.org/a)\n\n"
        "## User, 21 Sep 2026, 14:13 UTC\n\nAnd\n\n"
        "## Assistant (claude-test), 21 Sep 2026, 14:13 UTC\n\nIt\n\n*(interrupted)*\n"
    )


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("```python\nx = 1", "```python\nx = 1\n```"),
        ("~~~~\n```\nx", "~~~~\n```\nx\n~~~~"),
        ("````\n```\n```", "````\n```\n```\n````"),
        ("<!-- a", "<!-- a\n-->"),
        ("```\nx\n```", "```\nx\n```"),
        ("plain ``` text", "plain ``` text"),
    ],
)
def test_an_open_block_does_not_take_in_what_follows(
    exporter: FileExporter, text: str, closed: str
) -> None:
    exported = exporter.text(talk(user(text), answer("a")), "md", replies=None)
    assert exported.partition("UTC\n\n")[2].partition("\n\n## Assistant")[0] == closed


def test_the_last_answers_come_with_their_questions(exporter: FileExporter) -> None:
    conversation = talk(
        *(user("q1"), answer("a1"), user("q2"), user("more"), answer("a2"), user("q3"))
    )

    def words(replies: int | None) -> list[str]:
        page = exporter.text(conversation, "html", replies=replies)
        said = Page(page).text.partition("question")[2].split()
        return [text for text in said if re.fullmatch(r"[qa]\d|more", text)]

    assert words(1) == ["q2", "more", "a2", "q3"]
    everything = ["q1", "a1", *words(1)]
    assert words(2) == words(None) == words(9) == everything
    sent = json.loads(exporter.text(conversation, "json", replies=1))
    assert [m["content"][0]["text"] for m in sent] == ["q2", "more", "a2", "q3"]


class _Roles(list[str]):
    """Counts what is taken out of it."""

    taken = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.taken += len(found) if isinstance(at, slice) else 1
        return found


def test_finding_the_last_answers_is_linear() -> None:
    roles = _Roles(["user", "assistant"] * 1000)
    assert start_of_last(roles, 1) == 1998
    assert roles.taken < 3 * len(roles)


# JSON


def test_json_is_what_a_client_takes_and_comes_back_the_same(
    exporter: FileExporter, tmp_path: Path
) -> None:
    tool: Block = {"type": "server_tool_use", "id": "t", "name": "web_search", "input": {}}
    found: Block = {"type": "web_search_tool_result", "tool_use_id": "t", "content": []}
    thinking: Block = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    document: Block = {"type": "document", "source": {"type": "text", "data": "é \U0001f600"}}
    conversation = talk(
        user("q", document),
        answer("a", thinking, tool, found),
        user("half \ud83d"),
        answer("cut", tool, stop_reason="interrupted"),
    )
    exporter.save(conversation, "json", path="out.json", replies=None, replace=False)
    data = json.loads((tmp_path / "out.json").read_bytes())
    assert [(m["role"], [b["type"] for b in m["content"]]) for m in data] == [
        ("user", ["document", "text"]),
        ("assistant", ["server_tool_use", "web_search_tool_result", "text"]),
        ("user", ["text"]),
        ("assistant", ["text"]),
    ]
    opened = open_store(tmp_path / "kept").open(str(tmp_path / "out.json"), model=MODEL)
    back = opened.conversation
    assert back.request_messages() == conversation.request_messages(thinking=False)
    assert exporter.text(back, "json", replies=None) == exporter.text(
        conversation, "json", replies=None
    )


# The page


def test_no_payload_gets_through_the_page(exporter: FileExporter) -> None:
    for payload in filter(str.strip, HOSTILE):
        conversation = made_of(payload)
        source = exporter.text(conversation, "html", replies=None)
        assert_harmless(source)
        source.encode()


def made_of(payload: str) -> Conversation:
    """A conversation with `payload` wherever a text of others can be."""
    attached: Block = {
        "type": "image",
        "title": payload,
        "source": {"type": "url", "url": payload},
    }
    forged: Block = {
        "type": "image",
        "source": {"type": "base64", "media_type": f"image/png{payload}", "data": payload},
    }
    cited: Block = {
        "type": "text",
        "text": payload,
        "citations": [
            {"url": payload, "title": payload},
            {"url": f"https://x.example/{payload}"},
        ],
    }
    thinking: Block = {"type": "thinking", "thinking": payload, "signature": payload}
    odd: Block = {"type": f"odd{payload}", "name": payload}
    reply = Message("assistant", (thinking, odd, cited), payload, "end_turn")
    return talk(user(payload, attached, forged), reply, title=f"t {payload}")


@pytest.mark.parametrize(
    "around", ["{}", "> {}", "- {}", "# {}", "**{}**", "[{}](https://a.b)"]
)
def test_no_payload_gets_through_markdown(around: str) -> None:
    for payload in (each for each in HOSTILE if len(each) < 10_000):
        assert_harmless(format_html(around.format(payload)))
        assert_harmless(
            format_html(f"```{payload}\n{payload}\n```\n\n`{payload}` ![{payload}](x)")
        )


def test_html_in_an_answer_is_text_and_nothing_is_lost() -> None:
    page = Page(format_html("List<int> and <div>secret</div>\n\n<!-- note -->\n\n<details>x"))
    words = "".join(page.text.split())
    assert words == "List<int>and<div>secret</div><!--note-->x"


def test_only_known_schemes_are_links() -> None:
    source = "[a](https://a.example) [b](mailto:b@c.example) [c](ssh://x) <ftp://y> [d](#e)"
    page = Page(format_html(source))
    assert [a["href"] for a in page.all("a")] == ["https://a.example", "mailto:b@c.example"]
    assert page.text.strip() == "a b c (ssh://x) ftp://y d (#e)"


def test_bare_addresses_are_links_without_the_sentence_round_them() -> None:
    page = Page(
        format_html("See (https://a.example/b?c=1), `https://no` or [https://x](http://y).")
    )
    assert [a["href"] for a in page.all("a")] == ["https://a.example/b?c=1", "http://y"]


def test_a_picture_in_an_answer_is_a_link() -> None:
    page = Page(format_html("![A *cat*](https://a.example/cat.png)"))
    assert [a["href"] for a in page.all("a")] == ["https://a.example/cat.png"]
    assert page.text.strip() == "image: A cat"
    assert not list(page.all("img"))


def test_an_attached_picture_is_in_the_page(exporter: FileExporter) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    conversation = talk(user("q", {"type": "image", "source": source}), answer("a"))
    page = Page(exporter.text(conversation, "html", replies=None))
    assert [i["src"] for i in page.all("img")] == ["data:image/png;base64,iVBORw0KGgo="]


def test_code_is_coloured_and_whole() -> None:
    code = 'def f(x):\n\treturn "<&>"  # \x1b[31m\n\n\n'
    source = format_html(f"```python\n{code}```")
    assert '<span class="kw">def</span>' in source
    assert Page(source).text.removeprefix("python").rstrip() == clean(code).rstrip()
    for language in ("", "nosuch", "python3 title=x", "{.js}", "html+php"):
        assert "x = 1" in Page(format_html(f"```{language}\nx = 1\n```")).text


def test_tables_headings_and_deep_nesting() -> None:
    page = Page(format_html("# A\n\n| x | y |\n|--:|:-:|\n| 1 | 2 |"))
    assert [a.get("class") for tag, a in page.tags if tag == "td"] == ["right", "center"]
    assert [tag for tag, _ in page.tags][:1] == ["h3"]
    assert "deep" in Page(format_html("> " * 60 + "deep")).text


def test_what_the_user_typed_is_literal(exporter: FileExporter) -> None:
    page = Page(exporter.text(talk(user("*a*\n\n\tb"), answer("a")), "html", replies=None))
    assert "*a*\n\n\tb" in page.texts


def test_the_page_forbids_everything_itself(exporter: FileExporter) -> None:
    source = exporter.text(talk(user("q"), answer("a")), "html", replies=None)
    policies = [m["content"] for m in Page(source).all("meta") if "http-equiv" in m]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    ]
    assert "url(" not in source
    assert "@import" not in source


# Files


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How do I parse JSON?", "how-do-i-parse-json.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("日本語 と C++", "日本語-と-c.md"),
        ("\x1b]0;x\x07 .hidden", "0-x-hidden.md"),
        ("?!", "conversation.md"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word-word-word-word.md"),
    ],
)
def test_a_file_is_named_after_the_title(title: str, name: str) -> None:
    assert build_export_name(title, "md") == name


def test_a_file_that_is_there_is_written_over_only_when_asked(
    exporter: FileExporter, tmp_path: Path
) -> None:
    conversation = talk(user("q"), answer("a"))
    said = exporter.save(conversation, "md", path="", replies=None, replace=False)
    assert said == "q.md"
    place = tmp_path / said
    place.write_text("mine")
    with pytest.raises(UsageError, match="already exists; ! overwrites it"):
        exporter.save(conversation, "md", path="q.md", replies=None, replace=False)
    assert place.read_text() == "mine"
    exporter.save(conversation, "md", path="q.md", replies=None, replace=True)
    assert place.read_text().startswith("# q")
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_is_not_followed_out_unless_asked(
    exporter: FileExporter, tmp_path: Path
) -> None:
    (tmp_path / "q.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        exporter.save(talk(user("q")), "md", path="", replies=None, replace=False)
    assert not (tmp_path / "elsewhere").exists()


def test_what_the_disk_refuses_is_one_line(exporter: FileExporter, tmp_path: Path) -> None:
    conversation = talk(user("q"))
    with pytest.raises(DiskError, match=r"no/x\.md: no such file"):
        exporter.save(conversation, "md", path="no/x.md", replies=None, replace=False)
    os.mkfifo(tmp_path / "d")
    with pytest.raises(DiskError, match="not a regular file"):
        exporter.save(conversation, "md", path="d", replies=None, replace=True)


@pytest.mark.parametrize("replace", [False, True])
def test_a_full_disk_leaves_nothing_and_the_retry_works(
    exporter: FileExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    place = tmp_path / "x.md"
    if replace:
        place.write_text("mine")
        place.chmod(0o640)
    before = sorted(tmp_path.iterdir())

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskError, match=r"Cannot write .*x\.md: no space left on device"):
            exporter.save(talk(user("q")), "md", path="x.md", replies=None, replace=replace)
    assert sorted(tmp_path.iterdir()) == before
    exporter.save(talk(user("q")), "md", path="x.md", replies=None, replace=replace)
    assert place.read_text().startswith("# q")
    assert not replace or stat.S_IMODE(place.stat().st_mode) == 0o640


@pytest.mark.parametrize("replace", [False, True])
def test_a_directory_is_never_said_to_be_overwritten(
    exporter: FileExporter, tmp_path: Path, replace: bool
) -> None:
    (tmp_path / "talks").mkdir()
    with pytest.raises(DiskError, match=r"Cannot write .*talks.*: it is a directory"):
        exporter.save(talk(user("q")), "md", path="talks", replies=None, replace=replace)


def test_where_there_are_no_hard_links_nothing_is_overwritten_either(
    exporter: FileExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    exporter.save(talk(user("q")), "md", path="x.md", replies=None, replace=False)
    with pytest.raises(UsageError, match="already exists"):
        exporter.save(talk(user("other")), "md", path="x.md", replies=None, replace=False)
    assert (tmp_path / "x.md").read_text().startswith("# q")
    assert [each.name for each in tmp_path.iterdir()] == ["x.md"]


def test_what_a_killed_export_left_is_removed_by_the_next(
    exporter: FileExporter, tmp_path: Path
) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    ours = tmp_path / f".streamchat-{os.getppid()}.new"  # of a process that runs
    for scratch in (ours, tmp_path / f".streamchat-{gone.pid}.new"):
        scratch.write_text("half")
    exporter.save(talk(user("q")), "md", path="x.md", replies=None, replace=False)
    assert [each.name for each in tmp_path.glob(".*")] == [ours.name]


def test_home_is_the_users(tmp_path: Path) -> None:
    outside = FileExporter(tmp_path / "work", tmp_path / "home", "! overwrites it")
    (tmp_path / "home").mkdir(exist_ok=True)
    place = outside.save(talk(user("q")), "md", path="~/x.md", replies=None, replace=False)
    assert place == str(tmp_path / "home/x.md")
    assert Path(place).exists()


# The command


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", ExportArguments()),
        ("html", ExportArguments("html")),
        ("3", ExportArguments("md", "", 3)),
        ("json 2", ExportArguments("json", "", 2)),
        ("notes.html", ExportArguments("html", "notes.html")),
        ("json a.txt 1", ExportArguments("json", "a.txt", 1)),
        ("2 a.md html", ExportArguments("html", "a.md", 2)),
        ("'my notes.md'", ExportArguments("md", "my notes.md")),
        ("a.md!", ExportArguments("md", "a.md", None, replace=True)),
        ("html!", ExportArguments("html", "", None, replace=True)),
        ("!", ExportArguments("md", "", None, replace=True)),
        ("./md", ExportArguments("md", "./md")),
        ("-", ExportArguments("md", "-")),
    ],
)
def test_the_words_may_come_in_any_order(typed: str, wanted: ExportArguments) -> None:
    assert parse_export(typed) == wanted


@pytest.mark.parametrize("typed", ["a b", "0", "'a", "a.md 1 2 3"])
def test_words_that_mean_nothing_are_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        parse_export(typed)


def chatted(exporter: MemoryExporter) -> Session:
    session = open_session(exporter=exporter)
    session.say("q")
    return session


def export(session: Session, argument: str) -> Outcome:
    outcome = commands.dispatch(session, CommandLine("export", argument))
    assert isinstance(outcome, LongWork)
    return outcome.run()


def test_export_says_where_it_went() -> None:
    exporter = MemoryExporter()
    outcome = export(chatted(exporter), "html out.html! 2")
    assert outcome == Done("Exported to /somewhere/out.html")
    assert exporter.saved == [("html", "out.html", 2, True)]


def test_export_shows_its_source_as_code() -> None:
    outcome = export(chatted(MemoryExporter()), "json -")
    assert outcome == ShowReport("```json\njson of q\n```\n")


def test_there_may_be_nothing_to_export() -> None:
    with pytest.raises(UsageError, match="This conversation is empty"):
        commands.dispatch(open_session(), CommandLine("export"))


# What the terminal shows, the page shows


def test_the_policies_of_the_terminal_hold_in_the_page() -> None:
    source = (
        "12 High Street\nLondon\n\n3. three\n7. seven\n\n- [x] done\n- [ ] open\n\n"
        "H<sub>2</sub>O, <kbd>Esc</kbd>, __init__.py, x<sup>ω</sup>, [later][1] [^n]\n\n[1]: https://x.example\n"
    )
    page = format_html(source)
    assert "12 High Street<br>London" in page
    assert [each["value"] for each in Page(page).all("li") if "value" in each] == ["3", "7"]
    assert "☑" in page
    assert "☐" in page
    assert "x<sup>ω</sup>" in page
    assert "H₂O, <kbd>Esc</kbd>, __init__.py" in page
    assert ">later</a>" in page


def test_marks_that_overlap_are_nested() -> None:
    page = format_html("<b>a *b</b> c*")
    assert page == "<p><strong>a <em>b</em></strong><em> c</em></p>\n"


def test_lists_and_quotes_close_where_they_end() -> None:
    page = format_html("- a\n  - b\n\n> - c\n>\n> d\n\n1. e\n\nf\n")
    assert "".join(page.split()) == (
        "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"
        "<blockquote><ul><li><p>c</p></li></ul><p>d</p></blockquote>"
        '<ol><livalue="1"><p>e</p></li></ol><p>f</p>'
    )


def test_a_long_table_is_one_table() -> None:
    page = format_html("| a | b |\n|---|---|\n" + "| some words | more |\n" * 2_000)
    assert page.count("<table>") == page.count("</table>") == 1
    assert page.count("<tr>") == 2_001


def test_an_answer_has_its_price_and_its_local_time(tmp_path: Path) -> None:
    priced = replace(answer("a"), cost_usd=0.0123)
    zone = timezone(timedelta(hours=1), "CET")
    exporter = FileExporter(tmp_path, tmp_path, "", zone=zone)
    page = Page(exporter.text(talk(user("q"), priced), "html", replies=None))
    assert "$0.0123" in page.texts
    local = datetime.fromisoformat(AT).astimezone(zone).strftime("%-d %b %Y, %H:%M CET")
    assert local in page.texts
    assert f"({MODEL}, $0.0123), {local}" in exporter.text(
        talk(user("q"), priced), "md", replies=None
    )


@pytest.mark.parametrize(
    "unit", share(["http://a.b/)", *"[`$", "*a", "<a", "| a ", "> ", "&a"], every=4)
)
def test_the_work_on_a_page_grows_with_the_answer(unit: str) -> None:
    def calls(size: int) -> int:
        return calls_during(lambda: format_html(unit * (size // len(unit))))

    assert calls(40_000) <= 4.6 * calls(10_000) + 100


def test_alerts_and_summaries_are_those_of_the_terminal() -> None:
    summary = "<details><summary>More *here*</summary>\n\nText\n\n</details>\n"
    page = format_html(f"> [!NOTE]\n> Useful.\n\n{summary}")
    assert '<p class="alert note">Note</p>\n<p>Useful.</p>' in page
    assert "<p>▸ <strong>More <em>here</em></strong></p>" in page
    assert "details" not in page


def test_invisible_hints_are_dropped_and_marked_in_code_too() -> None:
    page = format_html("a\u200bb d\xade `c\u200bd` f\u200eg\n\n```\ne\ufefff\n```\n")
    assert "<p>a<wbr>b d&shy;e <code>c<span" in page
    assert Page(page).text.split() == ["ab", "d\xade", "c<200b>d", "fg", "e<feff>f"]


def test_code_that_takes_too_long_to_colour_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def give_up(_seconds: float, _work: object) -> None:
        nonlocal asked
        asked += 1

    monkeypatch.setattr(colours, "within", give_up)
    page = format_html("```python\nx = '<'\n```\n" * 30)
    assert page.count("<pre><code>x = &#x27;&lt;&#x27;\n</code></pre>") == 30
    assert asked == 3


def test_long_code_and_much_code_is_not_coloured() -> None:
    line = "x = 1  # a comment\n"
    short, long = line * 100, line * 500
    assert '<span class="com">' in format_html(f"```python\n{short}```\n")
    assert '<span class="com">' not in format_html(f"```python\n{long}```\n")
    many = format_html(f"```python\n{short}```\n" * 30)
    assert many.count('<span class="com">') == 100 * (40_000 // len(short))
