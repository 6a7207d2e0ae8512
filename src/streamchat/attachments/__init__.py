"""Turns files and addresses into content blocks, for `-a`, /attach and `@path`.

Only names that the user typed are read, never names from a model or a pipe. `selecting` reads
what the references in a text name, `blocks` builds the block of one file.
"""

from __future__ import annotations

from streamchat.attachments.blocks import BuiltBlock, build_block, image_suffix
from streamchat.attachments.selecting import (
    LARGEST_BYTES,
    ReferenceScope,
    names_files,
    names_pipe,
    read_attachment,
    select_files,
)

__all__ = [
    "LARGEST_BYTES",
    "BuiltBlock",
    "ReferenceScope",
    "build_block",
    "image_suffix",
    "names_files",
    "names_pipe",
    "read_attachment",
    "select_files",
]
