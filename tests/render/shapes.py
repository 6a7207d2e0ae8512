"""Answers of any size: all kinds of Markdown mixed, and single blocks that never end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

_NOUNS = (
    *("parser", "terminal", "answer", "paragraph", "token", "cursor", "stream", "screen"),
    *(
        "the row",
        "a frame",
        "`feed`",
        "*nothing*",
        "**every line**",
        "[a page](http://x.org/p)",
    ),
)
_REST = ("is read once", "waits for", "of", "and then", "which settles", "before", "beside")
_CODE = {
    "python": "def step_{n}(rows: list[Row], *, width: int = {n}) -> str:\n"
    "    # one string to write\n    return '\\n'.join(row.text for row in rows if row)\n\n",
    "rust": "fn step_{n}(rows: &[Row]) -> String {{\n    /* several\n       lines */\n"
    '    rows.iter().map(|row| format!("{{}}", row)).collect()\n}}\n\n',
    "js": "export const step{n} = async (rows) => {{\n  // one string\n"
    "  return rows.map((row) => `${{row.text}}`).join('')\n}}\n\n",
    "json": '{{"n": {n}, "rows": ["one", "two", null, true], "width": 80.5}}\n',
    "bash": 'for file in "$@"; do\n  echo "{n}: $file" | tee -a log.txt\ndone\n',
}


def prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(_NOUNS if n % 2 else _REST) for n in range(words)) + "."


def _code(rng: random.Random, lines: int) -> str:
    language = rng.choice(list(_CODE))
    body = ""
    while body.count("\n") < lines:
        body += _CODE[language].format(n=rng.randint(1, 999))
    return f"```{language}\n{body}```\n\n"


def _items(rng: random.Random) -> str:
    out = ""
    for number in range(1, 7):
        out += f"{number}. {prose(rng, 12)}\n"
        if number % 2:
            out += f"   - {prose(rng, 8)}\n     - {prose(rng, 5)}\n"
    return out + "\n"


def _table(rng: random.Random) -> str:
    rows = (f"| {prose(rng, 3)} | {rng.randint(1, 99)} | 表の中身 🚀 |\n" for _ in range(8))
    return "| what | n | 名前 |\n|---|--:|:-:|\n" + "".join(rows) + "\n"


def _quote(rng: random.Random) -> str:
    return f"> {prose(rng, 20)}\n>\n> ```python\n> x = {rng.randint(1, 9)}\n> ```\n\n"


def _sections(rng: random.Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"## {number}. {prose(rng, 4)}\n\n"
        yield f"{prose(rng, 60)}\n\n{prose(rng, 45)}\n\n"
        yield _items(rng)
        yield _code(rng, 12)
        yield f"中文也要排好：这一段话会在屏幕上折行。{prose(rng, 20)} $\\alpha^2$\n\n"
        yield _table(rng) + _quote(rng)
        if number % 4 == 0:
            yield _code(rng, 60)


def mixed(size: int) -> str:
    """About `size` characters of everything, the same in every run."""
    text = ""
    for section in _sections(random.Random(4)):
        text += section
        if len(text) >= size:
            return text[:size]
    raise AssertionError("sections never end")


WORDS = "some **words** and `code` of prose "
SHAPES: dict[str, Callable[[int], str]] = {
    "a fence of 1,000 lines": lambda n: "```python\n" + "x = f(1, 'two')\n" * (250 * n),
    "a string of 400 lines": lambda n: "```go\nvar s = `\n" + "raw text\n" * (100 * n) + "`\n",
    "200 items": lambda n: f"- {WORDS}\n" * (50 * n),
    "200 nested items": lambda n: f"- {WORDS}\n  - {WORDS}\n" * (25 * n),
    "200 numbered items": lambda n: "".join(f"{i}. {WORDS}\n" for i in range(50 * n)),
    "a fence in an item": lambda n: "- x\n  ```rust\n" + "  let x = f(1);\n" * (75 * n),
    "a table of 500 rows": lambda n: "| a | b |\n|---|--|\n" + "| `x` | two |\n" * (125 * n),
    "a paragraph of 100 KB": lambda n: WORDS * (740 * n),
    "a lazy quote": lambda n: "> " + f"{WORDS}\n" * (100 * n),
    "definitions": lambda n: "[x0]\n\n" + "".join(f"[x{i}]: /u\n" for i in range(50 * n)),
}
