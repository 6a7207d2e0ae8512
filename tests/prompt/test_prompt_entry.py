"""When Enter sends, and what is sent."""

from __future__ import annotations

import pytest

from streamchat.core.input_line import VERBATIM
from streamchat.prompt.entry import block_is_open, continues, message, normalised


@pytest.mark.parametrize(
    ("text", "expected"), [("a\\", True), ("a\\\\", False), ("a", False), ("a\\b", False)]
)
def test_one_backslash_at_the_end_continues(text: str, *, expected: bool) -> None:
    assert continues(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"""', True),
        ('  """\nfirst', True),
        ('"""\nfirst\n"""', False),
        ('"""one line"""', False),
        ('""""', True),
        ('say """', False),
        ('"""A docstring."""\nimport os', False),
        ('"""\npasted:\n"""A docstring."""\nimport os', True),
        ('"""\npasted:\n"""A docstring."""\nimport os\n"""', False),
        ("plain", False),
    ],
)
def test_a_block_is_open_until_its_quotes_come_again(text: str, *, expected: bool) -> None:
    assert block_is_open(text) is expected


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("plain  ", "plain  "),
        ('"""\nfirst\n\n  second\n"""', "first\n\n  second"),
        ('"""one line"""', "one line"),
        ('"""\n/etc/hosts\n"""', "/etc/hosts"),
        ('"""\nquit\n"""', f"{VERBATIM}quit"),
        ('"""/help"""', f"{VERBATIM}/help"),
        ('"""/system You\n"""', f"{VERBATIM}/system You"),
        ('"""\n\n"""', ""),
        ('"""\nnever closed', '"""\nnever closed'),
        ('""""""', ""),
        ('"""Doc."""\nx = 1', '"""Doc."""\nx = 1'),
        ('"""A."""\nx = 1\n"""B."""', '"""A."""\nx = 1\n"""B."""'),
        ('"""\nsee\n"""A."""\nx = 1\n"""', 'see\n"""A."""\nx = 1'),
    ],
)
def test_a_block_is_sent_without_its_quotes(typed: str, sent: str) -> None:
    assert message(typed) == sent


def test_line_ends_are_one_kind_and_no_lone_surrogate_stays() -> None:
    assert normalised("a\r\nb\rc\n\r\nd\ud800\udc80\x1b[m\x00") == (
        "a\nb\nc\n\nd\ufffd\ufffd\x1b[m\x00"
    )
