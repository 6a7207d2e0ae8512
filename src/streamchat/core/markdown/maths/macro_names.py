"""Names of macros, by what they do; and the roles of characters."""

from __future__ import annotations

from collections.abc import Mapping

from streamchat.core.markdown.maths.nodes import QUAD, SPACE, Role, Symbol
from streamchat.core.markdown.maths.symbols import (
    CLOSING,
    FUNCTIONS,
    LARGE,
    LETTERS,
    LIMITS,
    OPENING,
    OPERATORS,
    PLAIN,
    RELATIONS,
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPACES: Mapping[str, Symbol] = dict.fromkeys(
    (
        "\\,",
        "\\;",
        "\\:",
        "\\>",
        "\\ ",
        "~",
        "\\enspace",
        "\\thinspace",
        "\\medspace",
        "\\thickspace",
    ),
    SPACE,
) | dict.fromkeys(("\\quad", "\\qquad"), QUAD)
NOTHING = _names(
    """
    ! displaystyle textstyle scriptstyle limits nolimits nonumber notag hfill
    centering big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm
    mathstrut strut par allowbreak nobreak boldmath rm it bf mathord mathrel mathbin
    tiny small normalsize large Large LARGE huge
    """
)
DELIMITERS: Mapping[str, Role] = {"left": "open", "right": "close", "middle": "relation"}
# With one argument that is not shown.
SKIPPED = _names("label require hspace vspace color vphantom")
UPRIGHT = _names(
    """
    text textrm textit textsf texttt textup textnormal mathrm mathit mathsf mathtt
    mathnormal mbox hbox operatorname
    """
)
BOLD = _names("mathbf boldsymbol bm textbf pmb boxed fbox mathbfit vb")
MATRICES = _names("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array eqnarray")
CASES = _names("cases dcases")
ALIGNED = _names(
    """
    aligned align gathered gather equation split multline subarray alignedat alignat flalign
    displaymath math subequations
    """
)
ENVIRONMENTS = MATRICES | CASES | ALIGNED | {"rcases"}
ROLES: tuple[tuple[Mapping[str, str], Role], ...] = (
    (LETTERS, "letter"),
    (PLAIN, "operand"),
    (RELATIONS, "relation"),
    (OPERATORS, "operator"),
    (LARGE, "large"),
    (FUNCTIONS, "function"),
    (LIMITS, "limit"),
    (OPENING, "open"),
    (CLOSING, "close"),
)
CHARACTERS: Mapping[str, Role] = (
    dict.fromkeys("([", "open")  # type: ignore[assignment]
    | dict.fromkeys(")]!", "close")
    | dict.fromkeys(",;.", "comma")
    | dict.fromkeys("+-=<>*/|:", "sign")
)
ESCAPED: Mapping[str, Role] = (
    dict.fromkeys("{", "open")
    | dict.fromkeys("}", "close")  # type: ignore[assignment]
    | dict.fromkeys("%$_&#", "operand")
)
NEGATED = {"∈": "∉", "=": "≠", "⊂": "⊄", "⊆": "⊈", "∃": "∄", "≡": "≢", "∣": "∤", "∼": "≁"}
