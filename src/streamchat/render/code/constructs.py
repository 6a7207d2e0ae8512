"""Constructs that a lexer matches with one regular expression over several lines.

Such an expression fails until the end of the construct has arrived. So a closer is added on
trial ("virtual closer"): if the lexer then matches everything from the opener to it at once,
the text is inside the construct. Owns the list of these constructs, by lexer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Construct:
    """`closer` may refer to groups of `opener`. With a `state`, the lexer is inside whenever
    that state is on top; the opener lies before it. `errs` says that the lexer marks the
    opener as an error while the construct is open, so text without such an error needs no
    trial."""

    opener: re.Pattern[str]
    closer: str
    state: str = ""
    errs: bool = False

    def closing(self, match: re.Match[str]) -> str:
        return match.expand(self.closer)


def _construct(opener: str, closer: str, state: str = "", *, errs: bool = False) -> Construct:
    return Construct(re.compile(opener), closer, state, errs)


_BLOCK_COMMENT = _construct(r"\s*/\*(?:\*(?!/))?", "*/")
_SINGLE_QUOTED = _construct(r"\$?'", "'", errs=True)
_MARKUP_COMMENT = _construct(r"<!--", "-->")
_DOCSTRING = _construct(r"""\s*[rRuUbB]{0,2}(\"\"\"|''')""", r"\1")
_HEREDOC = _construct(r"<<-?\s*'?\\?(\w+)", r"\n\1")
_LONG_BRACKET = _construct(r"(?:--)?\[(=*)\[", r"]\1]")
_SCRIPT = _construct("", "</script>", "script-content")
_STYLE = _construct("", "</style>", "style-content")

_WITH_BLOCK_COMMENT = (_BLOCK_COMMENT,)
_BY_LEXER: dict[str, tuple[Construct, ...]] = {
    "Python": (_DOCSTRING,),
    "NumPy": (_DOCSTRING,),
    "Go": (_BLOCK_COMMENT, _construct("`", "`", errs=True)),
    "Rust": (_construct(r'b?r(#*)"', r'"\1'),),
    "C++": (_BLOCK_COMMENT, _construct(r'(?:[LuU]|u8)?R"([^\\()\s]{0,16})\(', r')\1"')),
    "C#": (_BLOCK_COMMENT, _construct(r'(?:\$@|@\$|@)"', '"')),
    "Ruby": (
        _construct(r"=begin\s", "\n=end"),
        _construct(r"(<<[-~]?)([\"'`]?)([a-zA-Z_]\w*)\2.*", r"\n\3\n"),
    ),
    "PHP": (
        _BLOCK_COMMENT,
        _construct("'", "'", errs=True),
        _construct(r"<<<(['\"]?)([a-zA-Z_]\w*)\1", r"\n\2;\n"),
    ),
    "Bash": (_SINGLE_QUOTED, _HEREDOC),
    "SQL": (_construct("'", "'", errs=True), _construct('"', '"', errs=True)),
    "HTML": (_MARKUP_COMMENT, _construct(r"<!\[CDATA\[", "]]>"), _SCRIPT, _STYLE),
    "XML": (_MARKUP_COMMENT, _construct(r"<!\[CDATA\[", "]]>")),
    "JSON": (_BLOCK_COMMENT,),
    "Lua": (_LONG_BRACKET,),
    "Perl": (_construct(r"=[a-zA-Z0-9]+\s", "\n=cut"),),
    "Markdown": (_construct(r"\s*```(\w+)", "\n```\n"), _MARKUP_COMMENT),
}


def find_constructs(lexer_name: str) -> tuple[Construct, ...]:
    return _BY_LEXER.get(lexer_name, _WITH_BLOCK_COMMENT)
