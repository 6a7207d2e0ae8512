"""Turns files and addresses into content blocks, for `-a`, /attach and `@path`.

Only files that the user named are read, never names from a model or a pipe. `selecting` reads
the files of references, `blocks` builds the block of one file.
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
