r"""Windows paths in plain text, `C:\new\_x` and `\\server\share`: their backslashes escape
nothing. Where each of them is doubled, the writer has escaped them.
"""

from __future__ import annotations

import re

# A path ends before marks that enclose it: `**C:\temp**`.
_rest = re.compile(r"(?:\\\*(?!\*)|[^\s`*\"<>|])*+")
_drive = re.compile(r"(?:\A|[^\w\\/.])[A-Za-z]:\Z")
_share = re.compile(r"\\\\[\w.-]+\\(?=[^\s\\])")


def path_end(source: str, at: int) -> int:
    """Where the path ends whose first backslash is at `at`; `at` when it is not a path."""
    if source.startswith("\\\\", at):
        before = source[at - 1 : at] if at else ""
        is_path = not (before.isalnum() or before in tuple("\\:_*")) and _share.match(
            source, at
        )
    else:
        is_path = _drive.search(source, max(0, at - 3), at)
    match = _rest.match(source, at) if is_path else None
    return match.end() if match else at
