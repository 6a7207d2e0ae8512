"""The table of options: what can be set, how it is spelled, what it means.

Owns every name (flag, variable, key), default and help text. The parser, `.env.example`,
`--show-config` and README's tables are generated from these rows alone.

Rule: `reach` and `risk` say what a file of a repository may do with an option (see `Reach`).
An option that names a file or a conversation of the user's has `Reach.USER`.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.core.options.input import INPUT
from streamchat.core.options.limits import LIMITS
from streamchat.core.options.output import OUTPUT
from streamchat.core.options.reports import EXPORT_FORMATS, REPORTS
from streamchat.core.options.request import DEFAULT_MODEL, REQUEST
from streamchat.core.options.rows import Option
from streamchat.core.options.server import DEFAULT_URL, SERVER

__all__ = [
    "DEFAULT_MODEL",
    "DEFAULT_URL",
    "EXPORT_FORMATS",
    "KEYS",
    "OPTIONS",
    "SETTINGS",
    "VARIABLES",
]

OPTIONS: Sequence[Option] = (*REQUEST, *INPUT, *OUTPUT, *LIMITS, *SERVER, *REPORTS)
SETTINGS: Sequence[Option] = tuple(option for option in OPTIONS if option.is_setting)
VARIABLES = {name: option for option in SETTINGS for name in option.variables}
KEYS = {option.key: option for option in SETTINGS if option.key}
