"""TeX to nodes.

It refuses what it does not know (`Unformattable`), because a formula that is only half
understood would be shown wrong.
"""

from __future__ import annotations

import re

from streamchat.core.markdown.maths.halves import join_halves
from streamchat.core.markdown.maths.macro_names import (
    BOLD,
    CHARACTERS,
    DELIMITERS,
    ESCAPED,
    NOTHING,
    ROLES,
    SKIPPED,
    SPACES,
    UPRIGHT,
)
from streamchat.core.markdown.maths.macros import MACROS, read_words
from streamchat.core.markdown.maths.nodes import (
    BLANK,
    Accent,
    Bold,
    Braced,
    Node,
    Role,
    Rows,
    Scripts,
    Symbol,
    Unformattable,
    Words,
    is_blank,
)
from streamchat.core.markdown.maths.scanner import Scanner
from streamchat.core.markdown.maths.symbols import ACCENTS, ALPHABETS, LINES, lettered

DEEPEST = 24
_NEXT_ROW = frozenset(["\\\\", "\\cr", "\\newline"])
_ENDS = frozenset(["}", "&", "\\end"]) | _NEXT_ROW
_RULES = frozenset(["\\hline", "\\toprule", "\\midrule", "\\bottomrule"])
_dollar = re.compile(r"(?<!\\)\$")
_SCRIPT_MARKS = ("^", "_")


def read_formula(body: str) -> tuple[Node, ...]:
    """Raises Unformattable."""
    return FormulaReader(body).whole()


class FormulaReader(Scanner):
    def __init__(self, source: str, depth: int = 0) -> None:
        super().__init__(source)
        self._depth = depth

    def whole(self) -> tuple[Node, ...]:
        rows, _ = self.rows()
        if self.peek():
            raise Unformattable(self.peek())
        if len(rows) == 1 and len(rows[0]) == 1:
            return rows[0][0]
        return (Rows("aligned", rows),)

    def inner(self, source: str) -> tuple[Node, ...]:
        """The nodes of a formula within this one."""
        return FormulaReader(source, self._depth + 1).whole()

    def rows(self) -> tuple[tuple[tuple[tuple[Node, ...], ...], ...], frozenset[int]]:
        """Rows of cells, up to what ends them all; and those below a rule."""
        rows: list[tuple[tuple[Node, ...], ...]] = []
        cells: list[tuple[Node, ...]] = []
        rules: set[int] = set()
        while True:
            if not cells and self._skips_rules():
                rules.add(len(rows))
            cells.append(self._nodes())
            if self.peek() == "&":
                self.next()
                continue
            rows.append(tuple(cells))
            cells = []
            if self.peek() not in _NEXT_ROW:
                break
            self.next()
            self.skip_blanks()
            self.optional()
        while len(rows) > 1 and not any(node for cell in rows[-1] for node in _shown(cell)):
            rows.pop()
        return tuple(rows), frozenset(rules - {0, len(rows)})

    def _skips_rules(self) -> bool:
        """Whether rules come next. They are read."""
        self.skip_blanks()
        found = False
        while self.peek() in _RULES or self.peek() == "\\cline":
            if self.next() == "\\cline":
                self.verbatim()
            self.skip_blanks()
            found = True
        return found

    def _nodes(self) -> tuple[Node, ...]:
        """Up to what ends a cell or a group."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unformattable("it is too deep")
        nodes: list[Node] = []
        while (token := self.peek()) and token not in _ENDS:
            if token in _SCRIPT_MARKS:
                nodes.append(self._scripts(nodes))
            elif token == "'":
                nodes.append(self._primes(nodes))
            else:
                nodes += self.one()
        self._depth -= 1
        return join_halves(tuple(nodes))

    def _scripts(self, nodes: list[Node]) -> Scripts:
        while nodes and is_blank(nodes[-1]):
            nodes.pop()
        base: tuple[Node, ...] = (nodes.pop(),) if nodes else ()
        parts: dict[str, tuple[Node, ...]] = {}
        if base and isinstance(base[0], Scripts):
            base, below, above = base[0]
            parts = {mark: part for mark, part in (("_", below), ("^", above)) if part}
        while self.peek() in _SCRIPT_MARKS:
            mark = self.next()
            parts[mark] = parts.get(mark, ()) + self._script(base)
            if self.peek().isspace() and self.peek(1) in _SCRIPT_MARKS:
                self.next()
        return Scripts(base, parts.get("_"), parts.get("^"))

    def _script(self, base: tuple[Node, ...]) -> tuple[Node, ...]:
        """`2^10` is meant as it is read, where TeX would take the 1 alone; in `1s^22s^2` what
        TeX reads is meant."""
        is_letter = len(base) == 1 and isinstance(base[0], Symbol) and base[0].text.isalpha()
        is_followed = self.peek(1).isalpha() and self.peek().isdigit()
        return self.argument(splits_digits=is_letter and is_followed)

    def _primes(self, nodes: list[Node]) -> Scripts:
        count = 0
        while self.peek() == "'":
            self.next()
            count += 1
        base: tuple[Node, ...] = (nodes.pop(),) if nodes else ()
        marks = {1: "′", 2: "″", 3: "‴"}.get(count, "′" * count)
        return Scripts(base, None, (Symbol(marks, "operand"),))

    def argument(self, *, splits_digits: bool = True) -> tuple[Node, ...]:
        """A group, or the one thing that is next: of `\\frac12` each takes one digit."""
        self.skip_blanks()
        token = self.peek()
        if token == "{":
            self.next()
            return self._group()
        if not token or token in _ENDS or token in _SCRIPT_MARKS:
            raise Unformattable("an argument is missing")
        if splits_digits and token.isdigit():
            self.split_digits()
        return tuple(self.one())

    def _group(self) -> tuple[Node, ...]:
        nodes = self._nodes()
        if self.next() != "}":
            raise Unformattable("a group is not closed")
        return nodes

    def one(self) -> list[Node]:
        """What the next token stands for, with its arguments."""
        token = self.next()
        if token.isspace():
            return [BLANK]
        if token in SPACES:
            return [SPACES[token]]
        if token == "{":
            return [Braced(self._group())]
        if token[0] != "\\":
            return [Symbol(token, CHARACTERS.get(token, "operand"))]
        name = token[1:]
        if name in ESCAPED:
            return [Symbol(name, ESCAPED[name])]
        if name == "|":
            return [Symbol("‖", "sign")]
        return self._macro(name.removesuffix("*") if name[:-1].isalpha() else name)

    def _macro(self, name: str) -> list[Node]:
        for table, role in ROLES:
            if name in table:
                return [Symbol(table[name], role)]
        if name in DELIMITERS:
            return self._delimiter(DELIMITERS[name])
        if name in NOTHING:
            return []
        if name in SKIPPED:
            self.verbatim()
            return []
        if name in MACROS:
            return MACROS[name](self)
        return [self._styled(name)]

    def _styled(self, name: str) -> Node:
        if name in UPRIGHT:
            return self._upright(name)
        if name in BOLD:
            return Bold(self.argument())
        if name in ALPHABETS:
            return _in_alphabet(name, self.argument())
        if name in ACCENTS:
            return Accent(ACCENTS[name], self.argument(), every=False, name=name)
        if name in LINES:
            return Accent(LINES[name], self.argument(), every=True, name=name)
        raise Unformattable(name)

    def _delimiter(self, role: Role) -> list[Node]:
        self.skip_blanks()
        if self.peek() == ".":
            self.next()
            return []
        node = self.one()
        if len(node) != 1 or not isinstance(node[0], Symbol):
            raise Unformattable("a delimiter is missing")
        return [Symbol(node[0].text, role)]

    def _upright(self, name: str) -> Node:
        if name.startswith("math"):  # formulas in them are formulas
            return _as_word(self.argument())
        source = self.verbatim()
        if name == "operatorname":
            return Symbol(read_words(source).strip(), "function")
        nodes: list[Node] = []
        for number, part in enumerate(_dollar.split(source)):
            nodes += self.inner(part) if number % 2 else (Words(read_words(part)),)
        return nodes[0] if len(nodes) == 1 else Braced(tuple(nodes))


def _shown(nodes: tuple[Node, ...]) -> list[Node]:
    return [node for node in nodes if not is_blank(node)]


def _as_word(body: tuple[Node, ...]) -> Node:
    text = "".join(node.text for node in body if isinstance(node, Symbol))
    is_word = text.isalpha() and all(isinstance(node, Symbol) for node in body)
    return Words(text) if is_word else Braced(body)


def _in_alphabet(name: str, body: tuple[Node, ...]) -> Node:
    text = ""
    for node in body:
        if not isinstance(node, Symbol):
            raise Unformattable(name)
        text += node.text
    return Symbol(lettered(name, text), "operand")
