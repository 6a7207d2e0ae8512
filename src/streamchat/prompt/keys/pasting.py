"""Keys that paste."""

from __future__ import annotations

from prompt_toolkit.application.run_in_terminal import run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from streamchat.core.mentions import quote_mentions
from streamchat.core.sanitize import clean
from streamchat.prompt.entry import normalised
from streamchat.prompt.hooks import Hooks
from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.conditions import in_line
from streamchat.prompt.provenance import Provenance, is_verbatim


def load_pasting(keys: ActionKeys, provenance: Provenance, hooks: Hooks) -> KeyBindings:
    """A paste is only text: no key in it acts, and several lines are a message even if they
    look like a command."""
    pastes = provenance.pastes
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def paste_into_search(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(clean(normalised(event.data)).partition("\n")[0])

    @bindings.add(Keys.BracketedPaste, filter=in_line)
    def paste(event: KeyPressEvent) -> None:
        insert(event.current_buffer, event.data)

    def insert(buffer: Buffer, text: str) -> None:
        is_at_start = buffer.cursor_position == 0
        buffer.insert_text(quote_mentions(pastes.folded(normalised(text))))
        if is_at_start:
            _replace(buffer, provenance.pasted_at_start(buffer.text))

    @keys.on(bindings, "paste", filter=in_line)
    def take_clipboard(event: KeyPressEvent) -> None:
        event.app.create_background_task(paste_into(event.current_buffer))

    async def paste_into(buffer: Buffer) -> None:
        pasted = await hooks.paste()
        if pasted.text:
            insert(buffer, pasted.text)
        if pasted.line:
            await run_in_terminal(lambda: hooks.notice(pasted.line))

    @keys.on(bindings, "unfold_paste", filter=in_line)
    def unfold_pastes(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        was_data = is_verbatim(buffer.text)
        before = pastes.expanded(buffer.document.text_before_cursor)
        after = pastes.expanded(buffer.document.text_after_cursor)
        buffer.document = Document(before + after, len(before))
        if was_data:
            _replace(buffer, provenance.unfolded(buffer.text))

    return bindings


def _replace(buffer: Buffer, line: str) -> None:
    """Replace the text of the buffer with a line that ends with it."""
    grown = len(line) - len(buffer.text)
    if grown:
        buffer.document = Document(line, buffer.cursor_position + grown)
