"""The names of conversation files: `YYYYMMDD-HHMM-slug-id.jsonl`."""

from __future__ import annotations

import re
import unicodedata

SUFFIX = ".jsonl"
SLUG_LENGTH = 40


def build_file_name(created: str, title: str, id: str) -> str:
    """`created` is ISO 8601; the slug is the title in ASCII."""
    digits = re.sub(r"\D", "", created)[:12].ljust(12, "0")
    return f"{digits[:8]}-{digits[8:]}-{slug(title)}-{id}{SUFFIX}"


def slug(title: str) -> str:
    """At most 40 of a-z, 0-9 and single dashes."""
    ascii_letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_letters.lower()).strip("-")
    return words[:SLUG_LENGTH].rstrip("-") or "chat"


def id_in(name: str) -> str:
    """The id at the end of a file's name; the whole stem if the name has another form."""
    return name.removesuffix(SUFFIX).rpartition("-")[2]
