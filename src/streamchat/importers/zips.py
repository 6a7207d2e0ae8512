"""The zip of an export: its conversations.json, and the images beside it."""

from __future__ import annotations

import base64
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from streamchat.core.errors import NotFound
from streamchat.core.foreign_blocks import embedded
from streamchat.core.formatting import format_path
from streamchat.core.messages import Block

MOST_BYTES = 2 << 30
MOST_IMAGE_BYTES = 5_000_000  # the API does not take more in base64
_CONVERSATIONS = re.compile(r"conversations([-_ ]?\d+)?\.json")
_MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)


class ExportZip:
    """An open zip."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        self._images: dict[str, zipfile.ZipInfo] | None = None

    def conversations(self) -> list[bytes]:
        """Each conversations.json in it. Raises NotFound."""
        name = format_path(str(self._path))
        found = [
            info
            for info in self._archive.infolist()
            if _CONVERSATIONS.fullmatch(PurePosixPath(info.filename).name)
        ]
        if not found:
            raise NotFound(f"{name} holds no conversations.json.")
        if sum(info.file_size for info in found) > MOST_BYTES:
            raise NotFound(f"{name}: its conversations.json is larger than 2 GB.")
        with _reading(self._path):
            return [self._archive.read(info) for info in found]

    def find_image(self, pointer: str) -> Block | None:
        """The image that a pointer of ChatGPT's names."""
        if self._images is None:
            self._images = dict(self._named_images())
        id = pointer.partition("://")[2].partition("#")[0]
        info = self._images.get(id)
        if info is None or info.file_size > MOST_IMAGE_BYTES:
            return None
        try:
            data = self._archive.read(info)
        except _BROKEN:
            return None
        media = _MEDIA[PurePosixPath(info.filename).suffix.lower()]
        return embedded(media, base64.b64encode(data).decode("ascii"))

    def _named_images(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        """The images by the beginning of their names: `file-abc-photo.png`,
        `file_abc-clean.png`."""
        for info in self._archive.infolist():
            name = PurePosixPath(info.filename)
            if name.suffix.lower() in _MEDIA and name.name.startswith(("file-", "file_")):
                mark = name.name[4]
                yield f"file{mark}{name.stem[5:].partition('-')[0]}", info


@contextmanager
def open_zip(path: Path) -> Iterator[ExportZip]:
    """Raises NotFound for any file but a zip file."""
    with _reading(path):
        archive = zipfile.ZipFile(path)
    with archive:
        yield ExportZip(archive, path)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        reason = " ".join(str(error).split())
        raise NotFound(
            f"{format_path(str(path))} is not a readable zip file: {reason}."
        ) from error
