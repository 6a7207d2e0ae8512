"""The tokens of what a terminal sends: however it is cut, and whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamchat.prompt.key_sequences import (
    Answer,
    Character,
    Escape,
    Paste,
    Sequence,
    Token,
    Tokenizer,
)

CASES: list[tuple[str, list[Token]]] = [
    ("aé\r\x03", [Character("a"), Character("é"), Character("\r"), Character("\x03")]),
    ("\x1bx", [Character("x", is_alt=True)]),
    ("\x1b\r", [Character("\r", is_alt=True)]),
    ("\x1b[A", [Sequence("[", "", "A")]),
    ("\x1b\x03", [Escape(), Character("\x03")]),
    ("\x1b\x7f", [Character("\x7f", is_alt=True)]),
    ("\x1b\x1b[A", [Sequence("[", "", "A", is_alt=True)]),
    ("\x1b\x1bOA", [Sequence("O", "", "A", is_alt=True)]),
    ("\x1b[1;5C", [Sequence("[", "1;5", "C")]),
    ("\x1bO5P", [Sequence("O", "5", "P")]),
    ("\x1b[[A", [Sequence("[", "[", "A")]),
    ("\x1b[3$x", [Sequence("[", "3", "$"), Character("x")]),
    ("\x1b[13;2u", [Sequence("[", "13;2", "u")]),
    ("\x1b[?2026;2$y", [Sequence("[", "?2026;2$", "y")]),
    ("\x1b[<0;5;5M", [Sequence("[", "<0;5;5", "M")]),
    ("\x1b[M(!!x", [Character("x")]),
    ("\x1b]11;rgb:0/0/0\x07x", [Answer("]11;rgb:0/0/0"), Character("x")]),
    ("\x1b]11;rgb:0/0/0\x1b\\x", [Answer("]11;rgb:0/0/0"), Character("x")]),
    ("\x1bP>|xterm(390)\x1b\\x", [Answer("P>|xterm(390)"), Character("x")]),
    ("\x1b]0;half\rx", [Character("\r"), Character("x")]),
    ("\x1b]0;half\x1b[Bx", [Sequence("[", "", "B"), Character("x")]),
    ("\x1b[12\rx", [Character("\r"), Character("x")]),
    ("\x1bO x", [Character("O", is_alt=True), Character(" "), Character("x")]),
    ("\x1b\x1bx", [Escape(), Character("x", is_alt=True)]),
    ("a\x1b[200~b\x1b[20\x1b[A\r\x1b[201~c", [
        Character("a"), Paste("b\x1b[20\x1b[A\r"), Character("c"),
    ]),
    ("\x1b[200~\x1b[201~\x1b[200~x\x1b[201~", [Paste(""), Paste("x")]),
    ("\x1b[200~\x1b[200~\x1b[201~", [Paste("\x1b[200~")]),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "expected"), CASES, ids=lambda case: repr(case)[:30])
def test_the_tokens_are_the_same_however_the_text_is_cut(
    sent: str, expected: list[Token]
) -> None:
    assert Tokenizer().feed(sent) == expected
    for first in range(len(sent)):
        for second in range(first, len(sent)):
            tokenizer = Tokenizer()
            pieces = (sent[:first], sent[first:second], sent[second:])
            assert [token for piece in pieces for token in tokenizer.feed(piece)] == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("\x1b", [Escape()]),
        ("\x1b\x1b", [Escape(), Escape()]),
        ("\x1b[M", [Sequence("[", "", "M")]),
        ("\x1bP", [Character("P", is_alt=True)]),
        ("\x1b[", []),
        ("\x1bO", []),
        ("\x1b[12;", []),
        ("\x1b]11;rgb", []),
        ("\x1b[200~pasted", []),
        ("a", []),
    ],
)
def test_what_stands_alone_for_a_moment_is_a_key_unless_it_may_be_slow(
    sent: str, expected: list[Token]
) -> None:
    tokenizer = Tokenizer()
    tokenizer.feed(sent)
    assert tokenizer.settle() == expected
    assert tokenizer.is_waiting == (not expected and sent != "a")


@pytest.mark.parametrize("sent", ["\x1b[12;", "\x1bO", "\x1b]11;rgb", "\x1b[M(", "\x1b["])
def test_what_is_abandoned_leaves_nothing_behind(sent: str) -> None:
    tokenizer = Tokenizer()
    tokenizer.feed(sent)
    assert tokenizer.abandon() == []
    assert tokenizer.feed("A") == [Character("A")]


def test_a_paste_without_its_end_is_what_came_of_it() -> None:
    tokenizer = Tokenizer()
    tokenizer.feed("\x1b[200~some\ntext")
    assert tokenizer.abandon() == [Paste("some\ntext")]


ANY = st.text(
    st.sampled_from("\x1b\x1b\x1b[]OPM;?<$~uA0129 \r\x07\\x_\x00é") | st.characters(),
    max_size=20,
)


@given(ANY, st.integers(0, 20))
def test_any_input_is_cut_without_an_error_and_the_same_in_two_pieces(
    sent: str, cut: int
) -> None:
    whole, pieces = Tokenizer(), Tokenizer()
    expected = whole.feed(sent) + whole.abandon()
    assert pieces.feed(sent[:cut]) + pieces.feed(sent[cut:]) + pieces.abandon() == expected


@pytest.mark.parametrize(
    "shape", ["\x1b", "\x1b[", "\x1b]", "\x1b[1;", "\x1b[200~", "\x1b[201~", "\x1bOO", "\x1b[M"]
)
def test_work_grows_with_the_length(shape: str) -> None:
    def work(repetitions: int) -> int:
        text = Counted(shape * repetitions)
        Tokenizer().feed(text)
        return Counted.reads

    Counted.reads = 0
    once = work(500)
    Counted.reads = 0
    assert work(1_000) <= 2.5 * once + 100


class Counted(str):
    """A text that counts the characters that are looked at, one by one or in slices."""

    reads = 0

    def __add__(self, other: str) -> "Counted":
        return Counted(str(self) + other)

    def __radd__(self, other: str) -> "Counted":
        return Counted(other + str(self))

    def __getitem__(self, key: object) -> str:
        part = super().__getitem__(key)  # type: ignore[index]
        Counted.reads += len(part)
        return part
