"""Text from bytes of any encoding, and notebooks as their cells."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

_MARKS = (  # byte order marks, the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 1 << 16  # enough to tell an encoding
# Of equally likely encodings of a short text, the one that is used most.
_USUAL = ("cp1252", "cp1251", "iso8859_2", "cp1250", "cp1254")


def decode_text(data: bytes) -> str | None:
    """The text, whatever its encoding; None if the data is not text."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    encoding = marked or ("" if b"\0" in data else "utf-8")
    if encoding and (text := _decoded(data, encoding)) is not None:
        return text
    guess = _guess(data)
    return _decoded(data, guess) if guess else None


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return None
    return None if "\0" in text else text


def _guess(data: bytes) -> str:
    """The most likely encoding; "" for none. A text has NUL bytes if and only if it is in
    UTF-16 or UTF-32."""
    from charset_normalizer import from_bytes  # 20 ms; most files are UTF-8

    is_wide = b"\0" in data
    sample = data[:_SAMPLE_BYTES]
    found = [
        match
        for match in from_bytes(sample)
        if match.encoding.startswith(("utf_16", "utf_32")) == is_wide
    ]
    if not found:
        return ""
    best = found[0]
    likely = {
        name
        for match in found
        if (match.chaos, match.coherence) == (best.chaos, best.coherence)
        for name in (match.encoding, *match.could_be_from_charset)
    }
    return next((name for name in _USUAL if name in likely), best.encoding)


def notebook_text(text: str) -> str | None:
    """The cells of a Jupyter notebook as text; None if it is not one."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        return None
    return "\n\n".join(
        _cell(number, cell) for number, cell in enumerate(cells, 1) if isinstance(cell, dict)
    )


def _cell(number: int, cell: dict[str, object]) -> str:
    kind = str(cell.get("cell_type", "code"))
    parts = [f"# %% [{kind}] cell {number}", _joined(cell.get("source"))]
    outputs = cell.get("outputs")
    if isinstance(outputs, list):
        said = filter(None, _outputs(outputs))
        parts += [f"# output of cell {number}:\n{output}" for output in said]
    return "\n".join(parts)


def _outputs(outputs: list[object]) -> Iterator[str]:
    for output in outputs:
        match output:
            case {"output_type": "stream", "text": text}:
                yield _joined(text)
            case {"output_type": "error", "ename": name, "evalue": value}:
                yield f"{name}: {value}"
            case {"data": {"text/plain": text}}:
                yield _joined(text)
            case {"data": dict(data)}:
                yield f"[{', '.join(map(str, data))}]"


def _joined(source: object) -> str:
    """The format allows a text or a list of lines."""
    lines = source if isinstance(source, list) else [source or ""]
    return "".join(map(str, lines)).rstrip("\n")
