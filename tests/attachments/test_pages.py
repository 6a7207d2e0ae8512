"""Web pages as readable text, with the extra `web` and without it."""

import sys

import pytest

from streamchat.attachments import pages
from streamchat.attachments.pages import Page, is_html, read_page
from work import calls_during

ADDRESS = "https://example.org/tides"
PARAGRAPH = "The sea rises and falls twice a day, because the moon pulls at the water. " * 16
ARTICLE = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>The tides &amp;
 the moon</title><style>p {{ color: red }}</style>
<script>if (a < b) document.write("<p>scripted</p>")</script></head>
<body><nav><a href="/">Home</a> <a href="/all">All pages</a></nav>
<main><article><h1>The tides</h1><p>{PARAGRAPH}</p><h2>High water</h2><p>{PARAGRAPH}</p>
<ul><li>spring tide</li><li>neap tide</li></ul></article></main>
<footer><p>Imprint</p></footer></body></html>"""


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)


def test_with_the_extra_it_is_the_main_text_as_markdown() -> None:
    page = read_page(ARTICLE.encode(), "utf-8", ADDRESS)
    assert page.title == "The tides & the moon"
    assert "## High water" in page.text
    assert "- spring tide" in page.text
    assert PARAGRAPH.strip() in page.text
    for left_out in ("All pages", "Imprint", "scripted", "color"):
        assert left_out not in page.text


def test_a_page_of_too_many_tags_is_read_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Imprint" not in read_page(ARTICLE.encode(), "utf-8", ADDRESS).text
    monkeypatch.setattr(pages, "MOST_TAGS", 10)
    assert "Imprint" in read_page(ARTICLE.encode(), "utf-8", ADDRESS).text


@pytest.mark.usefixtures("plain")
def test_without_it_it_is_all_that_is_seen() -> None:
    page = read_page(ARTICLE.encode(), None, ADDRESS)
    assert page.title == "The tides & the moon"
    assert page.text == "\n\n".join(
        [
            "# The tides",
            PARAGRAPH.strip(),
            "## High water",
            PARAGRAPH.strip(),
            "- spring tide\n\n- neap tide",
            "Imprint",
        ]
    )


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<br>b<p>c", "a\nb\n\nc"),
        ('<a title="x > y">link</a> on', "link on"),
        ("1 < 2 &lt; 3 &amp;amp; &#228;&nbsp;!", "1 < 2 < 3 &amp; ä !"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "| a | b\n| 1 | 2"),
        ("a<!-- <p>b</p> -->c<svg><text>d</text></svg>e", "ace"),
        ("a<script>b</scr<p>c", "a"),
        ("a<!-- b", "a"),
        ("a<p b", "a"),
        ("<P>upper</P><TextArea><b>raw</TextArea>x", "upper\n\nx"),
        ("", ""),
    ],
)
def test_what_is_seen(html: str, text: str) -> None:
    assert read_page(html.encode(), "utf-8", ADDRESS) == Page("", text)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<p>naïve café".encode("latin-1"), "ISO-8859-1"),
        ('<meta charset="windows-1252"><p>naïve café'.encode("cp1252"), None),
        ("<p>naïve café".encode(), "no-such-charset"),
        ("<p>naïve café".encode(), "base64"),
    ],
)
def test_the_encoding_is_the_one_that_is_named_and_exists(
    data: bytes, charset: str | None
) -> None:
    assert read_page(data, charset, ADDRESS).text == "naïve café"


@pytest.mark.parametrize(
    ("data", "media_type", "expected"),
    [
        (b"x", "text/html", True),
        (b"x", "application/xhtml+xml", True),
        (b" <!-- c -->\n<!DOCTYPE html>", "text/plain", True),
        (b"<p>a", "text/plain", False),
        (b"# Title", "text/markdown", False),
    ],
)
def test_a_page_is_known_by_its_type_or_its_beginning(
    data: bytes, media_type: str, *, expected: bool
) -> None:
    assert is_html(data, media_type) is expected


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    "unit", ["<!--", "<a ", "<", "</", '<a b="', "<script>", "<nav>", '<a b="x>y', "<p>", "&#1"]
)
def test_twice_the_page_is_twice_the_work(unit: str) -> None:
    def calls(count: int) -> int:
        page = (unit * count).encode()
        return calls_during(lambda: read_page(page, "utf-8", ADDRESS))

    assert calls(2000) <= 2 * calls(1000) + 100
