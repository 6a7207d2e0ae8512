"""Reads all settings files into layers, and asks the user about ./.env.

Rule 1: ./.env is the file of this directory, never of a parent. It is read to see what it
sets; its settings count only once the user has allowed this path with this content.
Rule 2: a ./.env that sets nothing of ours causes no question and no note; one that sets only
what it may not set causes a note. With `--demo` it is not read at all, because the demo needs
no key.
Rule 3: an error in ./.env never stops the program, because the file may be meant for another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from streamchat.config.allowed import Verdict, remember, verdict
from streamchat.config.files import (
    TextFile,
    check_directory,
    check_writers,
    owner_name,
    parse_env,
    parse_toml,
    read_text,
    require_group_cannot_write,
    require_owned,
    require_private,
)
from streamchat.config.paths import Paths
from streamchat.config.trust_question import AskedSetting, AskTrust, Question
from streamchat.core.errors import ConfigError, NotFound
from streamchat.core.options import VARIABLES
from streamchat.core.settings import (
    Layer,
    SettingSource,
    for_demo,
    from_keys,
    from_variables,
    is_taken,
    masked,
)
from streamchat.posix.files import pipe_wait

# ./.env is read in every directory, and python-dotenv can take three seconds for 1 MB.
_LARGEST_HERE_BYTES = 64_000
_HOST = "ANTHROPIC_BASE_URL"


def load(
    flags: Layer,
    environ: Mapping[str, str],
    *,
    paths: Paths,
    cwd: Path,
    ask: AskTrust | None,
    user: int,
    front_matter: Layer | None = None,
    role_values: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Layer, ...]:
    """Every layer, strongest first, for `settings.resolve`. `front_matter` comes directly
    after the flags; `role_values` fill the placeholders of a role. `ask` is None if there is
    no terminal; `user` is the number of the user. Raises ConfigError, DiskError, NotFound."""
    environment = from_variables(SettingSource.ENVIRONMENT, environ)
    layers = [flags, *([front_matter] if front_matter else []), environment]
    named = next(
        (layer.values["env_file"].text for layer in layers if "env_file" in layer.values), ""
    )
    named_path = cwd / named if named else None
    if named_path:
        layers.append(_env_file(named_path))
    here = cwd / ".env"
    in_demo = (said := flags.values.get("demo")) is not None and said.text == "on"
    if not in_demo and here != paths.env_file and not _same(here, named_path):
        layers.extend(_here(here, paths.allowed_env, ask, user))
    layers.extend(_configuration(paths, environ, user))
    layers = [*for_demo(layers)]
    by_strength = sorted(layers, key=lambda layer: layer.source)
    chooser = next((layer for layer in by_strength if "role" in layer.values), None)
    if chooser is not None and chooser.values["role"].text:
        from streamchat.config.roles import role_layer  # these load for a role only
        from streamchat.config.templates import Templates

        name, templates = chooser.values["role"].text, Templates(paths, cwd, user, ask)
        layers.append(role_layer(name, chooser.source, templates, environ, role_values))
    return tuple(layers)


def _same(here: Path, named: Path | None) -> bool:
    """Whether --env-file named ./.env itself."""
    try:
        return named is not None and here.samefile(named)
    except OSError:
        return False


def _env_file(path: Path) -> Layer:
    file = read_text(path, wait=pipe_wait())
    if file is None:
        raise NotFound(f"--env-file: {path} does not exist")
    return from_variables(SettingSource.ENV_FILE, parse_env(file), str(path))


def _here(path: Path, allowed: Path, ask: AskTrust | None, user: int) -> list[Layer]:
    try:
        file = read_text(path, largest_bytes=_LARGEST_HERE_BYTES) if _is_file(path) else None
        variables = parse_env(file) if file else {}
    except ConfigError as error:
        return [Layer(SettingSource.DOTENV, {}, notes=(f"./.env is ignored: {error.message}",))]
    taken = {
        name: text for name, text in variables.items() if is_taken(SettingSource.DOTENV, name)
    }
    if not file or not any(text.strip() for text in taken.values()):
        return _refused(variables)
    said = verdict(file, allowed, user=user)
    if said is Verdict.UNDECIDED and ask is not None:
        said = ask(_question(file, taken))
        remember(file, said, allowed)
    if said is Verdict.ALLOWED:
        return [from_variables(SettingSource.DOTENV, variables, "./.env")]
    if said is Verdict.UNDECIDED:
        return [Layer(SettingSource.DOTENV, {}, notes=(_not_allowed(taken),))]
    return []


def _refused(variables: Mapping[str, str]) -> list[Layer]:
    """A note about a file whose only settings are those that it may not set."""
    names = [name for name, text in variables.items() if name in VARIABLES and text.strip()]
    if not names:
        return []
    note = f"./.env is ignored: {', '.join(names)} may not be set there"
    return [Layer(SettingSource.DOTENV, {}, notes=(note,))]


def _is_file(path: Path) -> bool:
    """False for a directory (a virtual environment) and in an unreadable directory."""
    try:
        return path.is_file()
    except OSError:
        return False


def _question(file: TextFile, taken: Mapping[str, str]) -> Question:
    from streamchat.core.settings.report import format_settings  # only a question needs it

    settings = [
        AskedSetting(
            name,
            masked(text) if VARIABLES[name].secret else format_settings(text),
            VARIABLES[name].risk,
        )
        for name, text in taken.items()
    ]
    settings.sort(key=lambda each: (bool(each.risk), each.name == _HOST))
    return Question(file.path, owner_name(file.owner), tuple(settings))


def _not_allowed(taken: Mapping[str, str]) -> str:
    return (
        f"./.env (it sets {', '.join(taken)}) is ignored because you have not allowed it: start"
        " streamchat here on a terminal to be asked, or pass it with --env-file"
    )


def _configuration(paths: Paths, environ: Mapping[str, str], user: int) -> Iterator[Layer]:
    notes = check_directory(paths.config_dir, user=user)
    variables: Mapping[str, str] = {}
    if file := read_text(paths.env_file):
        require_owned(file.path, file.mode, file.owner, user=user)
        require_private(file.path, file.mode)
        variables = parse_env(file)
        yield from_variables(SettingSource.CONFIG, variables, str(file.path))
    if file := read_text(paths.config_file):
        notes = check_writers(file, user=user)
        table = parse_toml(file)
        if _is_private(table):
            require_group_cannot_write(file.path, file.mode)
        exported = {name: text for name, text in environ.items() if text.strip()}
        yield from_keys(table, {**variables, **exported}, str(file.path))
    yield Layer(SettingSource.CONFIG, {}, notes=notes)


def _is_private(table: Mapping[str, object]) -> bool:
    """Whether the file contains keys, or a command that will be run."""
    profiles = table.get("profiles")
    sections = profiles.values() if isinstance(profiles, dict) else ()
    tables = (each for each in (table, *sections) if isinstance(each, dict))
    return any("headers" in each or "api_key_command" in each for each in tables)


def read_own_file(path: Path, *, user: int) -> tuple[str, tuple[str, ...]]:
    """The text of a file in the configuration directory, and a warning if others can write it.
    Raises NotFound, or ConfigError if it is unreadable or anybody could have written it."""
    file = read_text(path)
    if file is None:
        raise NotFound(f"{path} does not exist")
    return file.text, check_writers(file, user=user)


def read_prompt_file(path: Path) -> str:
    """The text of `--system-file`. Raises NotFound, or ConfigError if it is unreadable."""
    file = read_text(path, wait=pipe_wait())
    if file is None:
        raise NotFound(f"{path} does not exist")
    return file.text
