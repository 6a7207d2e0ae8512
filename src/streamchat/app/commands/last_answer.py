"""The commands on the text of the last answer: /copy and /open."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_count
from streamchat.app.commands.outcomes import Copy, Done, OpenInEditor, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.citations import cited_text
from streamchat.core.errors import UsageError
from streamchat.core.ports import Copied, CopiedTo

NO_ANSWER = "There is no answer yet."
# How editors know the languages that models write most.
_SUFFIXES = {
    "bash": "sh",
    "c++": "cpp",
    "csharp": "cs",
    "golang": "go",
    "haskell": "hs",
    "javascript": "js",
    "julia": "jl",
    "kotlin": "kt",
    "markdown": "md",
    "perl": "pl",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "shell": "sh",
    "typescript": "ts",
    "yml": "yaml",
}
_LONGEST_SUFFIX = 8


@command("/copy [N]", topic=Topic.ANSWERS)
def copy(session: Session, argument: str) -> Outcome:
    """Copy the last answer to the clipboard as Markdown; with N, only its Nth code block. It
    uses tmux or a clipboard program (wl-copy, xclip, xsel, pbcopy, clip.exe), else the
    terminal (OSC 52), which also works over SSH."""
    reply = session.conversation.last_reply
    if reply is None:
        return Done(NO_ANSWER)
    if not argument:
        return Copy(cited_text(reply.message.content), "The answer")
    number, total, _, source = _code_block(cited_text(reply.message.content), argument)
    return Copy(source, f"Code block {number} of {total}")


@command("/open [N]", topic=Topic.ANSWERS)
def open_answer(session: Session, argument: str) -> Outcome:
    """Write the last answer to a file and open it in $VISUAL or $EDITOR; with N, only its
    Nth code block. The file is deleted when you leave streamchat."""
    reply = session.conversation.last_reply
    if reply is None:
        return Done(NO_ANSWER)
    name, text = "answer.md", cited_text(reply.message.content)
    if argument:
        number, _, language, text = _code_block(text, argument)
        name = f"block-{number}.{_suffix_of(language)}"
    return OpenInEditor(text, name)


def format_copied(subject: str, copied: Copied | None) -> str:
    """What happened to the text. Claims only what is known."""
    match copied:
        case Copied(CopiedTo.SYSTEM, program):
            return f"{subject} is on the clipboard ({program})."
        case Copied(CopiedTo.TMUX, ""):
            return (
                f"{subject} is in tmux's buffer. tmux also sent it to the terminal (OSC 52);"
                " not every terminal accepts it."
            )
        case Copied(CopiedTo.TMUX, program):
            return f"{subject} is on the clipboard ({program}) and in tmux's buffer."
        case Copied(CopiedTo.TERMINAL):
            return (
                f"{subject} was sent to the terminal (OSC 52); not every terminal accepts it."
            )
        case _:
            return "Not copied: no clipboard program was found, and this terminal has none."


def _code_block(markdown: str, argument: str) -> tuple[int, int, str, str]:
    """The number of the block, of how many, its language and its source."""
    from streamchat.app.code_blocks import code_blocks  # markdown-it's helpers

    number = parse_count(argument, default=1)
    blocks = list(code_blocks(markdown))
    if number > len(blocks):
        word = "block" if len(blocks) == 1 else "blocks"
        raise UsageError(f"The last answer has {len(blocks) or 'no'} code {word}.")
    block = blocks[number - 1]
    return number, len(blocks), block.language, block.source


def _suffix_of(language: str) -> str:
    """The end of a file's name, for the editor's colours; made of letters and digits only."""
    name = language.lower()
    suffix = _SUFFIXES.get(name, name)
    is_plain = suffix.isascii() and suffix.isalnum() and len(suffix) <= _LONGEST_SUFFIX
    return suffix if is_plain else "txt"
