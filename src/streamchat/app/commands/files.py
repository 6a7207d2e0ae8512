"""/import and /script: files that other programs or the user wrote."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_reference, parse_words
from streamchat.app.commands.outcomes import ImportFile, Outcome, RunScript
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted


@command("/import PATH [NAME]", topic=Topic.CONVERSATIONS)
def import_file(_session: Session, argument: str) -> Outcome:
    """Save the conversations that an export of another program holds, as --import does; with
    NAME, only that one. This conversation stays; /resume opens the others."""
    path, *name = parse_words(parse_reference(argument)) or [""]
    if not path:
        raise UsageError("Name the file: /import PATH.")
    return ImportFile(path, " ".join(name))


@command("/script FILE", topic=Topic.PROGRAM)
def run_script(_session: Session, argument: str) -> Outcome:
    """Run the lines of a file as if you typed them: messages, commands, blocks of three quotes.
    If a command asks a question, the next line answers it. A failure or Ctrl-C ends the script,
    not the chat. A line that begins with ! needs --allow-shell."""
    words = parse_words(parse_reference(argument))
    if not words:
        raise UsageError("Name the file: /script FILE.")
    if len(words) > 1:
        raise UsageError(f"/script takes one file; quote its name: {quoted(argument)}")
    return RunScript(words[0])
