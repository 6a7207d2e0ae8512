"""The artifacts of claude.ai as code blocks; they are tool calls, or tags in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from streamchat.core.foreign_blocks import fenced
from streamchat.importers.building import text_of

_LANGUAGES = {
    "text/markdown": "markdown",
    "text/html": "html",
    "image/svg+xml": "svg",
    "application/vnd.ant.mermaid": "mermaid",
    "application/vnd.ant.react": "jsx",
}
_TAG = re.compile(r"<antArtifact\b([^>]*)>(.*?)(?:</antArtifact>|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_THINKING = re.compile(r"<antThinking>.*?(?:</antThinking>|\Z)", re.DOTALL)


def artifact_text(block: Mapping[str, object]) -> str:
    """What a tool call created or changed; "" if it created nothing."""
    made = block.get("input")
    if not isinstance(made, dict):
        return ""
    match block.get("name"):
        case "artifacts":
            return _artifact(made)
        case "create_file":
            return _shown(text_of(made, "path"), text_of(made, "file_text"))
        case "str_replace":
            return _change(text_of(made, "path"), made)
    return ""


def _artifact(made: Mapping[str, object]) -> str:
    shown = made.get("display_content")
    if isinstance(shown, dict):
        made = {**made, **shown}
    title = text_of(made, "title") or text_of(made, "filename") or text_of(made, "id")
    if text_of(made, "command") == "update":
        return _change(title, made)
    language = text_of(made, "language") or _LANGUAGES.get(text_of(made, "type"), "")
    return _shown(title, text_of(made, "content"), language)


def _change(title: str, made: Mapping[str, object]) -> str:
    """A replacement as a diff: the removed and the added lines."""
    old, new = text_of(made, "old_str"), text_of(made, "new_str")
    lines = [f"-{line}" for line in old.split("\n")] if old else []
    lines += [f"+{line}" for line in new.split("\n")] if new else []
    return _shown(title, "\n".join(lines), "diff")


def _shown(title: str, content: str, language: str = "") -> str:
    if not content.strip():
        return ""
    language = language if re.fullmatch(r"[\w+#.-]{1,30}", language) else ""
    heading = f"**{' '.join(title.split())}**\n\n" if title.strip() else ""
    return f"\n\n{heading}{fenced(content, language)}\n"


def with_artifacts(text: str) -> str:
    """A text with its tags turned into code blocks, as older exports have them."""
    if "<ant" not in text:
        return text
    return _TAG.sub(_from_tag, _THINKING.sub("", text))


def _from_tag(tag: re.Match[str]) -> str:
    about: dict[str, object] = dict(_ATTRIBUTE.findall(tag[1]))
    return _artifact({**about, "content": tag[2].strip("\n")})
