"""The clipboard of a chat: its text for prompts and Ctrl-V, its image as an attachment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamchat.app.session import Session
from streamchat.cli.run import Run
from streamchat.core.attachment_blocks import describe_block
from streamchat.core.errors import StreamchatError
from streamchat.core.media_limits import limits_for
from streamchat.core.ports import Pasted

if TYPE_CHECKING:
    from streamchat.attachments import BuiltBlock

NAME = "clipboard"
NOTHING = "There is no image and no text on the clipboard."
NO_PROGRAM = (
    "No program here reads images from the clipboard: install wl-clipboard, xclip or pngpaste."
)


@dataclass(frozen=True, slots=True)
class SystemClipboard:
    """Implements ports.Clipboard by the programs of the system."""

    run: Run
    session: Session

    def read_text(self) -> str | None:
        """See ports.Clipboard."""
        from streamchat.posix.clipboard import read_clipboard  # subprocess: 6 ms

        return read_clipboard(self.run.env.environ)

    async def paste(self) -> Pasted:
        """See ports.Clipboard."""
        from streamchat.app.waiting import in_background

        try:
            found = await in_background(self._take)
            if isinstance(found, Pasted):
                return found
            self.session.attach([found.block])
        except StreamchatError as error:
            return Pasted(line=error.message)
        return Pasted(line=f"Attached {describe_block(found.block)}")

    def _take(self) -> BuiltBlock | Pasted:
        """The image as a block, or else the text. Raises InvalidRequest."""
        from streamchat.attachments import build_block, image_suffix
        from streamchat.posix.clipboard import take_clipboard

        clipping = take_clipboard(self.run.env.environ, lambda data: bool(image_suffix(data)))
        if clipping.image:
            limits = limits_for(self.session.conversation.model)
            name = f"{NAME}.{image_suffix(clipping.image)}"
            return build_block(clipping.image, name=name, limits=limits)
        if clipping.text:
            return Pasted(clipping.text)
        return Pasted(line=NOTHING if clipping.can_read_images else NO_PROGRAM)
