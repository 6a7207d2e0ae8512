"""What a command line asks for. Kept apart from the parser, because an empty command line
needs none and the prompt must not wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from streamchat.core.settings import Layer, SettingSource


class ReportKind(Enum):
    """What to print instead of an answer; the values are names of options."""

    LIST = "list"
    SEARCH = "search"
    SHOW = "show"
    EXPORT = "export"
    IMPORT = "import"
    COSTS = "costs"
    ROLES = "roles"
    LIST_MODELS = "list_models"
    PATHS = "paths"
    SHOW_CONFIG = "show_config"
    COMPLETION = "completion"
    MAN = "man"
    VERSION = "version"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Invocation:
    """A parsed command line. `report_words` are the arguments of the report (TEXT of
    --search, format and REF of --export); `flags` is the first layer of settings, and
    `front_matter`, of the file of --prompt, the next; with
    `picks` (-r without REF), the user chooses the conversation;
    `forces` (--force) lets --export replace a file and --attach attach many."""

    prompt: str = ""
    attachments: tuple[str, ...] = ()
    report: ReportKind | None = None
    report_words: tuple[str, ...] = ()
    flags: Layer = field(default_factory=lambda: Layer(SettingSource.FLAG, {}))
    picks: bool = False
    forces: bool = False
    is_literal: bool = False  # the prompt was given after --
    prompt_name: str = ""  # --prompt: the prompt file that the words are for
    script: str = ""  # --script: the file of lines, or -
    others: tuple[str, ...] = ()  # --compare: the models to ask too
    is_blind: bool = False
    words: tuple[str, ...] = ()  # of the prompt, as they were given
    front_matter: Layer | None = None
    role_values: Mapping[str, str] = field(default_factory=dict)  # given to /role
