"""What keys mean, in every encoding that terminals send."""

import pytest
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from streamchat.prompt.key_codes import ALONE, ALT_ENTER, CTRL_ENTER, SHIFT_ENTER, decode
from streamchat.prompt.key_sequences import Tokenizer

LONE = [Keys.Escape, ALONE.key]


def keys(sent: str) -> list[Keys | str]:
    tokenizer = Tokenizer()
    tokens = [*tokenizer.feed(sent), *tokenizer.abandon()]
    return [press.key for token in tokens for press in decode(token)]


ENTERS = [
    ("\n", Keys.ControlJ),
    ("\x1b\r", ALT_ENTER.key),
    ("\x1b\n", ALT_ENTER.key),
    ("\x1b[13;2u", SHIFT_ENTER.key),
    ("\x1b[13;3u", ALT_ENTER.key),
    ("\x1b[13;5u", CTRL_ENTER.key),
    ("\x1b[13;6u", CTRL_ENTER.key),
    ("\x1b[13;2:1u", SHIFT_ENTER.key),
    ("\x1b[13;66u", SHIFT_ENTER.key),  # with Caps Lock on
    ("\x1b[27;2;13~", SHIFT_ENTER.key),
    ("\x1b[27;3;13~", ALT_ENTER.key),
    ("\x1b[27;5;13~", CTRL_ENTER.key),
    ("\x1b[27;6;13~", CTRL_ENTER.key),
    ("\x1b[57414;2u", SHIFT_ENTER.key),
]


@pytest.mark.parametrize(("sent", "key"), ENTERS, ids=[repr(sent) for sent, _ in ENTERS])
def test_enter_with_a_modifier_is_a_key_of_its_own(sent: str, key: str) -> None:
    assert keys(sent) == [key]


@pytest.mark.parametrize(
    "sent", ["\r", "\x1b[13u", "\x1b[13;1u", "\x1b[57414u", "\x1bOM", "\x1b[109;5u"], ids=repr
)
def test_enter_sends_in_each_encoding(sent: str) -> None:
    assert keys(sent) == [Keys.ControlM]


MEANINGS: list[tuple[str, list[Keys | str]]] = [
    ("\x1b[97u", ["a"]),
    ("\x1b[97;2u", ["A"]),
    ("\x1b[97:65;2u", ["A"]),
    ("\x1b[49:33;2u", ["!"]),
    ("\x1b[97;1;97u", ["a"]),
    ("\x1b[229;1;229u", ["å"]),
    ("\x1b[27;2;65~", ["A"]),
    ("\x1b[99;5u", [Keys.ControlC]),
    ("\x1b[27;5;99~", [Keys.ControlC]),
    ("\x1b[100;5u", [Keys.ControlD]),
    ("\x1b[103;5u", [Keys.ControlG]),
    ("\x1b[105;5u", [Keys.ControlI]),
    ("\x1b[106;5u", [Keys.ControlJ]),
    ("\x1b[47;5u", [Keys.ControlUnderscore]),
    ("\x1b[98;3u", [Keys.Escape, "b"]),
    ("\x1b[99;7u", [Keys.Escape, Keys.ControlC]),
    ("\x1b[27u", LONE),
    ("\x1b[27;1u", LONE),
    ("\x1b[27;1:1u", LONE),
    ("\x1b[91;5u", LONE),
    ("\x1b[9u", [Keys.ControlI]),
    ("\x1b[9;2u", [Keys.BackTab]),
    ("\x1b[Z", [Keys.BackTab]),
    ("\x1b[1;2Z", [Keys.BackTab]),
    ("\x1b[127u", [Keys.ControlH]),
    ("\x1b[127;2u", [Keys.ControlH]),
    ("\x1b[127;3u", [Keys.Escape, Keys.ControlH]),
    ("\x1b[127;5u", [Keys.Escape, Keys.ControlH]),
    ("\x1b[32;2u", [" "]),
    ("\x1b[57400u", ["1"]),
    ("\x1b[57417u", [Keys.Left]),
    ("\x1bOq", ["1"]),
    ("\x1bOn", ["."]),
    ("\x1b[A", [Keys.Up]),
    ("\x1bOA", [Keys.Up]),
    ("\x1b[1;1A", [Keys.Up]),
    ("\x1b[1;1:2A", [Keys.Up]),
    ("\x1b[1;129A", [Keys.Up]),  # with Num Lock on
    ("\x1b[1;5C", [Keys.ControlRight]),
    ("\x1b[1;3C", [Keys.Escape, Keys.Right]),
    ("\x1b\x1b[C", [Keys.Escape, Keys.Right]),
    ("\x1b[3~", [Keys.Delete]),
    ("\x1b[3;1:1~", [Keys.Delete]),
    ("\x1b[3;5~", [Keys.ControlDelete]),
    ("\x1b[M", [Keys.ControlDelete]),
    ("\x1b[1~", [Keys.Home]),
    ("\x1b[7~", [Keys.Home]),
    ("\x1b[H", [Keys.Home]),
    ("\x1b[[A", [Keys.F1]),
    ("\x1bOc", [Keys.ControlRight]),
    ("\x1bb", [Keys.Escape, "b"]),
    ("\x1b\x7f", [Keys.Escape, Keys.ControlH]),
    ("\x1b", LONE),
    ("\x1b\x1b", LONE * 2),
    ("\x7f", [Keys.ControlH]),
    ("\x08", [Keys.ControlH]),
]


def test_a_key_means_the_same_in_each_encoding() -> None:
    for sent, expected in MEANINGS:
        assert keys(sent) == expected, sent


SILENT = [
    "\0",  # Ctrl-Space
    "\x1b[32;5u",
    "\x1b[64;5u",
    "\x1b[97;1:3u",  # released
    "\x1b[1;1:3A",
    "\x1b[97;9u",  # Super
    "\x1b[99;6u",  # Ctrl-Shift-C belongs to the terminal
    "\x1b[27;6;67~",
    "\x1b[57358u",  # Caps Lock
    "\x1b[57441;2u",  # Shift alone
    "\x1b[57428u",  # a media key
    "\x1b[99999999999u",
    "\x1b[55296u",
    "\x1b[u",
    "\x1b[;u",
    "\x1b[27;5~",
    "\x1b[27;;~",
    "\x1b[50~",
    "\x1b[P",
    "\x1b[201~",
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b[?62;22c",
    "\x1b[>1;4000;13c",
    "\x1b[?2026;2$y",
    "\x1b[4;1$y",
    "\x1bP>|kitty(0.32)\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[?1u",
    "\x1b[I",
    "\x1b[O",
    "\x1b[24;80R",
    "\x1b[0n",
    "\x1b[8;24;80t",
    "\x1b[<35;5;5M",
    "\x1b[<0;5;5m",
    "\x1b[32;5;5M",
    "\x1b[M(!!",
]


def test_an_answer_or_a_key_without_a_meaning_types_nothing() -> None:
    for sent in SILENT:
        assert keys(sent) == [], sent
        assert keys(f"a{sent}b") == ["a", "b"], sent


def test_a_paste_is_one_key() -> None:
    (press,) = (press for token in Tokenizer().feed("\x1b[200~a\r\x1b[A\x1b[201~")
                for press in decode(token))  # fmt: skip
    assert press == KeyPress(Keys.BracketedPaste, "a\r\x1b[A")
