"""Which characters may reach a terminal: everything visible, nothing that controls it.

Owns the allow-list. It does not parse escape sequences: a filter that does fails at the
first sequence it did not expect. Each character is judged by itself and the two before it.

Rule 1: nothing disappears. A control character becomes its picture (ESC is `␛`), an invisible
one U+FFFD; CRLF and a lone CR become a newline. Some invisible characters are only hints for
setting prose: a sanitizer can keep them (`keeps_hints`); a renderer then drops them from text
(`without_hints`) and marks them in code (`marked_hints`). Whole texts are cleaned by
`clean_prose` and `clean_title`. In names of files and in errors, hints become U+FFFD.
Rule 2: the result does not depend on how the stream was cut. A decision needs the two
characters before; only the tags of a possible flag need the next ones (five at most), and
are held back.
Rule 3: joiners stay where writing needs them: ZWJ after an emoji, ZWJ and ZWNJ in Arabic,
Indic and kin; one variation selector after a visible character; tags only as one of the
three flags in general use ("any tags after a black flag" smuggles text).
Rule 4: a bidirectional override or embedding does not count as a hint, because it makes text
read differently from how it is written.
"""

from __future__ import annotations

import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}

_VARIATION = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Unicode's Default_Ignorable_Code_Point, other bidi and format controls, line and paragraph
# separators, C0, DEL, C1, surrogates, noncharacters. Visible Cf (Arabic number signs) pass.
_SUSPECT_BMP = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
_SUSPECT = (
    _SUSPECT_BMP
    + "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(
        f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)
    )
)
# Where an emoji may end before a joiner: roughly Extended_Pictographic and skin tones.
_EMOJI = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
)
# Scripts whose letters join or form conjuncts, by block.
_JOINING = (
    "\u0600-\u061b\u061d-\u0fff\u1000-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u18af"
    "\u1a20-\u1aaf\u1b00-\u1c4f\u1cd0-\u1cff\ua840-\ua87f\ua8e0-\uaaff\uabc0-\uabff"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
# Where a line or a ligature may break, which way a neutral character runs, vowels that are
# not heard: soft hyphen, zero-width space, word joiner, byte order mark, joiners, LRM, RLM.
_HINTS = "\xad\u034f\u061c\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\ufeff"
# A line may break at these: a zero-width space, and a soft hyphen, which is then seen.
ZERO_WIDTH_SPACE, SOFT_HYPHEN = "\u200b", "\xad"
_FLAG = "\U0001f3f4"


def _tags(ascii_text: str) -> str:
    return "".join(chr(0xE0000 + ord(character)) for character in ascii_text)


_FLAG_TAGS = [_tags(region + "\x7f") for region in ("gbeng", "gbsct", "gbwls")]
_FLAG_LENGTH = len(_FLAG + _FLAG_TAGS[0])

# A superset with few ranges beyond the BMP: `re` tries those one by one for every character.
_maybe_suspect = re.compile(
    f"[{_SUSPECT_BMP}\U00013430-\U0001d17a\U0001fffe\U0001ffff\U0002fffe-\U0010ffff]"
)
_JOINED = f"(?<=[{_EMOJI}])\u200d|(?<=[{_EMOJI}]\ufe0f)\u200d|(?<=[{_JOINING}])[\u200c\u200d]"
_tokens = re.compile(
    f"(?P<keep>(?<={_FLAG})(?:{'|'.join(_FLAG_TAGS)})"
    f"|(?<=[^\\s{_SUSPECT}])[{_VARIATION}]"
    f"|{_JOINED})"
    f"|(?P<hint>[{_HINTS}])"
    f"|(?P<rest_of_crlf>(?<=\r)\n)"
    f"|(?P<return>\r)"
    f"|[{_SUSPECT}]"
)
_hint = re.compile(f"[{_HINTS}]")
_joined_or_hint = re.compile(f"(?P<keep>{_JOINED})|[{_HINTS}]")
_may_break = (
    f"(?<![\\s{_HINTS}]){ZERO_WIDTH_SPACE}(?![\\s{_HINTS}])"
    f"|(?<=[^\\s{_HINTS}]){SOFT_HYPHEN}(?=[^\\s{_HINTS}])"
)
# Hebrew, Arabic, the scripts of India and of South-East Asia.
_WRITTEN_WITH_HINTS = "\u0590-\u109f\u1780-\u17b3\u17b6-\u17ff\ufb1d-\ufdcf\ufe70-\ufefc"
_hint_of_script = re.compile(
    f"(?<=[{_WRITTEN_WITH_HINTS}])[\u061c\u200b-\u200f]"
    f"|[\u061c\u200b-\u200f](?=[{_WRITTEN_WITH_HINTS}])|[\u17b4\u17b5]"
)
_break_or_joined_or_hint = re.compile(f"(?P<keep>{_may_break}|{_JOINED})|[{_HINTS}]")
_leading_hints = re.compile(f"[{_HINTS}]+")
_unfinished_flag = re.compile(
    f"(?<={_FLAG})(?:"
    + "|".join({tags[:length] for tags in _FLAG_TAGS for length in range(1, len(tags))})
    + r")\Z"
)


class Sanitizer:
    """Sanitises a text that arrives in pieces."""

    def __init__(self, *, keeps_hints: bool = False) -> None:
        self._keeps_hints = keeps_hints
        self._before = ""  # the last two source characters already judged
        self._held = ""  # tags that may still become a flag

    def feed(self, piece: str) -> str:
        source = self._held + piece
        unfinished = _unfinished_flag.search(
            (self._before + source[-_FLAG_LENGTH:])[-_FLAG_LENGTH:]
        )
        length_held = len(unfinished[0]) if unfinished else 0
        self._held = source[len(source) - length_held :]
        return self._judge(source[: len(source) - length_held])

    def close(self) -> str:
        held, self._held = self._held, ""
        return self._judge(held)

    def _judge(self, source: str) -> str:
        before, self._before = self._before, (self._before + source[-2:])[-2:]
        if before[-1:] != "\r" and not _maybe_suspect.search(source):
            return source
        text = before + source
        pieces: list[str] = []
        done = len(before)
        for match in _tokens.finditer(text, done):
            shown = match[0] if self._keeps_hints and match["hint"] else _shown(match)
            pieces += text[done : match.start()], shown
            done = match.end()
        return "".join(pieces) + text[done:]


def _shown(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "keep":
            return match[0]
        case "rest_of_crlf":
            return ""
        case "return":
            return "\n"
        case _:
            return _PICTURES.get(ord(match[0]), _REPLACEMENT)


def clean(text: str, *, keeps_hints: bool = False) -> str:
    """Sanitise a whole text."""
    sanitizer = Sanitizer(keeps_hints=keeps_hints)
    return sanitizer.feed(text) + sanitizer.close()


def without_hints(text: str, *, keeps_breaks: bool = False) -> str:
    """Sanitised text without invisible hints; joiners stay where they join. With
    `keeps_breaks`, for text that is not wrapped yet, the places stay where a line may break
    within a word."""
    if text.isascii() or not _hint.search(text):
        return text
    kept = _break_or_joined_or_hint if keeps_breaks else _joined_or_hint
    return kept.sub(lambda match: match["keep"] or "", text)


def without_leading_hints(text: str) -> str:
    match = _leading_hints.match(text)
    return text[match.end() :] if match else text


def marked_hints(text: str) -> list[tuple[str, bool]]:
    """Sanitised text, split into visible pieces and marks for invisible characters:
    `<200b>`."""
    if text.isascii() or not _hint.search(text):
        return [(text, False)]
    parts: list[tuple[str, bool]] = []
    done = 0
    for match in _joined_or_hint.finditer(text):
        if not match["keep"]:
            parts += (text[done : match.start()], False), (f"<{ord(match[0]):04x}>", True)
            done = match.end()
    parts.append((text[done:], False))
    return [(part, is_mark) for part, is_mark in parts if part]


def clean_line(text: str) -> str:
    """Sanitise a text that is shown on one line: a file name, an error."""
    return _on_one_line(clean(text))


def clean_prose(text: str) -> str:
    """Sanitise what somebody wrote. Invisible hints of its script are dropped."""
    return without_hints(clean(text, keeps_hints=True))


def clean_title(text: str) -> str:
    """The same on one line."""
    return _on_one_line(clean_prose(text))


def clean_typed(line: str) -> str:
    """Sanitise a line that is being edited, character for character: positions in it keep
    their meaning. Hints stay beside letters of the scripts that are written with them."""
    cleaned = clean(line)
    if len(cleaned) != len(line):
        cleaned = "".join(clean(character)[:1] or _REPLACEMENT for character in line)
    if line.isascii():
        return cleaned
    shown = list(cleaned)
    for match in _hint_of_script.finditer(line):
        shown[match.start()] = match[0]
    return "".join(shown)


def _on_one_line(text: str) -> str:
    return text.replace("\n", "\N{SYMBOL FOR NEWLINE}").replace("\t", " ")
