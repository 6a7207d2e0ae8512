"""Settings files: which are read, which may speak, and what hostile ones cannot do."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from streamchat.config.allowed import Verdict
from streamchat.config.files import owner_name
from streamchat.config.load import load, read_prompt_file
from streamchat.config.paths import Paths, build_paths
from streamchat.config.templates import Templates
from streamchat.config.trust_question import AskedSetting, Question
from streamchat.core.errors import ConfigError, ExitStatus, NotFound, StreamchatError
from streamchat.core.options import VARIABLES
from streamchat.core.settings import Layer, RawValue, Settings, SettingSource, endpoint, resolve
from streamchat.core.settings.report import show_config
from streamchat.core.settings.trust import list_secrets
from streamchat.core.templates import TemplateKind

KEY = "sk-ant-api03-" + "k" * 40 + "WXYZ"
EVIL = "https://evil.example"


@dataclass
class World:
    """A home, a project in it, and a user who answers questions as told."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    answer: Verdict | None = None
    user: int = field(default_factory=os.geteuid)
    asked: list[Question] = field(default_factory=list)

    @property
    def paths(self) -> Paths:
        return build_paths(self.environ, self.home)

    @property
    def project(self) -> Path:
        return self.home / "project"

    def write(self, name: str, text: str, *, mode: int = 0o600) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return path

    def config(self, text: str) -> Path:
        return self.write(".config/streamchat/config.toml", text)

    def settings(self, cwd: Path | None = None) -> Settings:
        def ask(question: Question) -> Verdict:
            self.asked.append(question)
            return self.answer or Verdict.UNDECIDED

        values = {name: RawValue(text, f"--{name}") for name, text in self.flags.items()}
        layers = load(
            Layer(SettingSource.FLAG, values),
            self.environ,
            paths=self.paths,
            cwd=cwd or self.project,
            ask=ask if self.answer else None,
            user=self.user,
        )
        return resolve(layers)

    def failure(self) -> StreamchatError:
        with pytest.raises(StreamchatError) as caught:
            self.settings()
        assert "\n" not in caught.value.message
        return caught.value


@pytest.fixture
def world(tmp_path: Path) -> World:
    home = tmp_path / "user"
    (home / "project").mkdir(parents=True)
    return World(home)


# --- the directories ---


def test_the_directories_are_the_xdg_ones(tmp_path: Path) -> None:
    assert build_paths({}, tmp_path) == Paths(
        tmp_path / ".config/streamchat", tmp_path / ".local/share/streamchat",
        tmp_path / ".local/state/streamchat", tmp_path / ".cache/streamchat",
    )  # fmt: skip
    environ = {
        f"XDG_{name}_HOME": f"/x/{name}" for name in ("CONFIG", "DATA", "STATE", "CACHE")
    }
    assert build_paths(environ, tmp_path) == Paths(
        Path("/x/CONFIG/streamchat"), Path("/x/DATA/streamchat"),
        Path("/x/STATE/streamchat"), Path("/x/CACHE/streamchat"),
    )  # fmt: skip


def test_the_demo_shares_only_the_settings(tmp_path: Path) -> None:
    real = build_paths({}, tmp_path)
    demo = real.for_demo()
    assert demo.config_file == real.config_file
    apart = ("conversations", "history", "search_index")
    assert all(getattr(demo, name) != getattr(real, name) for name in apart)


@pytest.mark.parametrize("value", ["", ".", "relative/path"])
def test_a_relative_directory_counts_as_unset(tmp_path: Path, value: str) -> None:
    assert build_paths({"XDG_CONFIG_HOME": value}, tmp_path) == build_paths({}, tmp_path)


def test_the_demos_conversations_are_apart(tmp_path: Path) -> None:
    paths = build_paths({}, tmp_path)
    assert paths.for_demo().conversations == paths.data_dir / "demo/conversations"
    assert paths.for_demo().config_dir == paths.config_dir


# --- what is read ---


def test_without_files_there_are_the_defaults(world: World) -> None:
    assert world.settings() == resolve([])
    assert list(world.home.iterdir()) == [world.project]


def test_every_file_has_its_place_in_the_order(world: World) -> None:
    world.config('model = "toml"\ntheme = "toml"\nmax_tokens = 1\neffort = "low"\n')
    world.write(".config/streamchat/.env", "STREAMCHAT_THEME=own\nSTREAMCHAT_MODEL=own\n")
    world.write("project/.env", "STREAMCHAT_MODEL=here\nSTREAMCHAT_MAX_TOKENS=2\n")
    named = world.write("named.env", "STREAMCHAT_MAX_TOKENS=3\nSTREAMCHAT_RETRIES=3\n")
    world.flags = {"env_file": str(named)}
    world.environ = {"STREAMCHAT_RETRIES": "4"}
    world.answer = Verdict.ALLOWED
    settings = world.settings()
    origins = {name: str(settings.origins[name]) for name in (
        "effort", "theme", "model", "max_tokens", "retries",
    )}  # fmt: skip
    directory = world.paths.config_dir
    assert origins == {
        "effort": f"effort in {directory}/config.toml",
        "theme": f"STREAMCHAT_THEME in {directory}/.env",
        "model": "STREAMCHAT_MODEL in ./.env",
        "max_tokens": f"STREAMCHAT_MAX_TOKENS in {named}",
        "retries": "STREAMCHAT_RETRIES",
    }


def test_a_key_variable_may_be_in_the_environment_or_in_the_directorys_env(
    world: World,
) -> None:
    world.config(f'base_url = "{EVIL}"\napi_key_env = "CORP_KEY"\n')
    world.write(".config/streamchat/.env", "CORP_KEY=from-the-file-0123\n")
    assert list_secrets(world.settings(), {}) == ("from-the-file-0123",)
    world.environ = {"CORP_KEY": "exported-0123456789"}
    assert list_secrets(world.settings(), {}) == ("exported-0123456789",)
    assert endpoint(world.settings()).credential is not None


def test_env_files_are_read_as_people_write_them(world: World) -> None:
    text = (
        "\ufeff# comment\n\nexport STREAMCHAT_MODEL='a model' # why\n"
        'STREAMCHAT_SYSTEM="two\nlines"\nSTREAMCHAT_EFFORT=\nLONELY\n'
    )
    world.flags = {"env_file": str(world.write("e.env", text))}
    settings = world.settings()
    assert (settings.model, settings.system, settings.effort) == ("a model", "two\nlines", None)


def test_env_file_may_be_named_by_a_variable_and_is_relative_to_here(world: World) -> None:
    world.write("project/other.env", "STREAMCHAT_MODEL=other\n")
    world.environ = {"STREAMCHAT_ENV_FILE": "other.env"}
    assert world.settings().model == "other"


def test_a_missing_env_file_is_no_such_file(world: World) -> None:
    world.flags = {"env_file": "nowhere.env"}
    missing = world.failure()
    assert isinstance(missing, NotFound)
    assert str(world.project / "nowhere.env") in missing.message


def test_a_profile_is_read_from_config_toml(world: World) -> None:
    world.config(
        '[profiles.local]\nbase_url = "http://localhost:8080"\nmodel = "tiny"\n'
        'headers = { x-gateway = "one" }\n'
    )
    world.flags = {"profile": "local"}
    world.environ = {"ANTHROPIC_API_KEY": KEY}
    server = endpoint(world.settings())
    assert (server.address.host, server.credential) == ("localhost:8080", None)
    assert server.headers == (("x-gateway", "one"),)


def test_the_system_file(world: World) -> None:
    path = world.write("system.txt", "Be brief.\n")
    assert read_prompt_file(path) == "Be brief.\n"
    with pytest.raises(NotFound):
        read_prompt_file(world.home / "nowhere")


# --- damaged and dangerous files ---


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"model = \n", "Invalid value (at line 1, column 9)"),
        (b'model = "a"\nmodel = "b"\n', "Cannot overwrite a value (at line 2, column 12)"),
        (b'a = "b"\n\xff\n', ", line 2: not UTF-8 text"),
        (b"a=" + b"[" * 100_000, "nested too deeply"),
        (b"#" * 1_000_001, "it is larger than 1,000,000 bytes"),
    ],
)
def test_a_damaged_config_toml_is_one_line(world: World, data: bytes, reason: str) -> None:
    path = world.config("")
    path.write_bytes(data)
    damaged = world.failure()
    assert damaged.status is ExitStatus.CONFIG
    assert damaged.message.startswith(str(path))
    assert damaged.message.removeprefix(f"{path}: ").removeprefix(str(path)).strip() in (
        reason, f"{reason}",
    )  # fmt: skip


def test_a_bad_line_in_an_env_file_is_named(world: World) -> None:
    path = world.write("e.env", "A=1\n\n  \nthis is no assignment\nB=2\n")
    world.flags = {"env_file": str(path)}
    assert world.failure().message == f"{path}, line 4: write NAME=value"


@pytest.mark.parametrize("name", [".env", "config.toml"])
def test_what_is_no_regular_file_does_not_hang(world: World, name: str) -> None:
    directory = world.paths.config_dir
    directory.mkdir(parents=True)
    os.mkfifo(directory / name, 0o600)
    assert world.failure().message == f"{directory / name}: it is a named pipe"
    (directory / name).unlink()
    (directory / name).symlink_to("/dev/zero")
    assert world.failure().message == f"{directory / name}: it is a device"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_of_keys_that_others_can_read_is_refused(world: World, mode: int) -> None:
    path = world.write(".config/streamchat/.env", f"ANTHROPIC_API_KEY={KEY}\n", mode=mode)
    assert world.failure().message == f"others can read {path}; type: chmod 600 {path}"


@pytest.mark.parametrize("where", ["config.toml", ".env", ""])
def test_what_anybody_can_write_is_refused(world: World, where: str) -> None:
    world.config('model = "x"\n')
    world.write(".config/streamchat/.env", "")
    path = world.paths.config_dir / where
    path.chmod(path.stat().st_mode | 0o006)
    assert world.failure().message == f"anybody can write {path}; type: chmod o-w {path}"


def test_a_config_toml_that_its_group_can_write_is_a_note(world: World) -> None:
    path = world.config('model = "x"\n')
    path.chmod(0o664)
    note = f"the group of {path} can write it; type: chmod g-w {path}"
    assert (world.settings().model, world.settings().notes) == ("x", (note,))


def test_a_directory_of_settings_that_its_group_can_write_is_a_note(world: World) -> None:
    for place in (world.config("").parent, world.write(".config/streamchat/.env", "").parent):
        place.chmod(0o770)
        note = f"the group of {place} can write it; type: chmod g-w {place}"
        assert world.settings().notes == (note,)
        (place / "config.toml").unlink(missing_ok=True)


@pytest.mark.parametrize("kind", TemplateKind)
def test_who_can_write_a_role_or_a_prompt_is_judged_as_for_config_toml(
    world: World, kind: TemplateKind
) -> None:
    path = world.write(f".config/streamchat/{kind.value}/r.md", "Be brief.")
    templates = Templates(world.paths, world.project, world.user)
    for place in (path, path.parent):
        mode = place.stat().st_mode
        place.chmod(mode | 0o020)
        note = f"the group of {place} can write it; type: chmod g-w {place}"
        assert templates.read(kind, "r").notes == (note,)
        place.chmod(mode | 0o002)
        with pytest.raises(ConfigError, match="anybody can write"):
            templates.read(kind, "r")
        place.chmod(mode)
    world.flags = {"role": "r"}
    path.chmod(0o660)
    if kind is TemplateKind.ROLE:
        assert world.settings().notes == (
            f"the group of {path} can write it; type: chmod g-w {path}",
        )


def test_no_name_is_suggested_for_itself(world: World) -> None:
    link = world.write(".config/streamchat/roles/other.md", "").with_name("r.md")
    link.symlink_to("nowhere")
    with pytest.raises(NotFound, match=r"r\.md\)$"):
        Templates(world.paths, world.project, world.user).read(TemplateKind.ROLE, "r")


@pytest.mark.parametrize("place", ["", "[profiles.local]\n"])
def test_one_with_headers_is_refused_then_since_they_may_be_keys(
    world: World, place: str
) -> None:
    path = world.config(f'{place}headers = {{ X-Key = "secret" }}\n')
    path.chmod(0o664)
    assert (
        world.failure().message == f"the group of {path} can write it; type: chmod g-w {path}"
    )


def give_to_somebody_else(world: World, path: Path) -> int:
    """Returns who owns it then."""
    if os.geteuid() == 0:
        os.chown(path, 4242, -1)
        return 4242
    world.user = os.geteuid() + 1
    return os.geteuid()


@pytest.mark.parametrize("name", ["config.toml", ".env"])
def test_settings_of_somebody_else_are_refused_also_behind_a_link(
    world: World, name: str
) -> None:
    elsewhere = world.write("elsewhere", "")
    world.paths.config_dir.mkdir(parents=True, mode=0o700)
    path = world.paths.config_dir / name
    path.symlink_to(elsewhere)
    assert world.settings() == resolve([])
    owner = give_to_somebody_else(world, elsewhere)
    if owner != 4242:
        return  # the directory is somebody else's then, too
    assert world.failure().message == (
        f"{path} belongs to user 4242, not to you;"
        f" check it, then type: sudo chown {world.user} {path}"
    )


def test_a_directory_of_somebody_else_is_refused(world: World) -> None:
    path = world.config("").parent
    owner = give_to_somebody_else(world, path)
    assert world.failure().message.startswith(
        f"{path} belongs to {owner_name(owner)}, not to you"
    )


def test_a_path_in_a_command_to_type_is_quoted(tmp_path: Path) -> None:
    world = World(tmp_path / "it's; me")
    world.write(".config/streamchat/.env", "", mode=0o644)
    world.project.mkdir()
    assert world.failure().message.endswith("it'\"'\"'s; me/.config/streamchat/.env'")


# --- exfiltration: each case of a hostile ./.env ---


@pytest.fixture
def victim(world: World) -> World:
    """A user with a real key exported, in a repository of somebody else's."""
    world.environ = {"ANTHROPIC_API_KEY": KEY}
    return world


def assert_harmless(settings: Settings) -> None:
    server = endpoint(settings)
    assert server.address.is_default
    assert server.credential is not None
    assert server.credential.secret == KEY


_HOSTILE = {
    "host": f"ANTHROPIC_BASE_URL={EVIL}\n",
    "our host": f"STREAMCHAT_BASE_URL={EVIL}\n",
    "listener": "ANTHROPIC_BASE_URL=http://127.0.0.1:4010\n",
    "key in the path": f"ANTHROPIC_BASE_URL={EVIL}/${{ANTHROPIC_API_KEY}}\n",
    "profile": f"ANTHROPIC_BASE_URL={EVIL}\nANTHROPIC_PROFILE=default\n",
}


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_a_hostile_file_that_was_not_allowed_does_nothing(victim: World, text: str) -> None:
    victim.write("project/.env", text)
    settings = victim.settings()
    assert_harmless(settings)
    assert len(settings.notes) == 1
    assert settings.notes[0].startswith("./.env (it sets ")


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_even_an_allowed_one_cannot_redirect_an_exported_key(victim: World, text: str) -> None:
    victim.write("project/.env", text)
    victim.answer = Verdict.ALLOWED
    with pytest.raises(ConfigError) as caught:
        endpoint(victim.settings())
    assert KEY not in caught.value.message


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_nor_can_one_named_by_env_file(victim: World, text: str) -> None:
    victim.flags = {"env_file": str(victim.write("project/.env", text))}
    with pytest.raises(ConfigError) as caught:
        endpoint(victim.settings())
    assert KEY not in caught.value.message


def test_nothing_is_expanded(victim: World) -> None:
    text = "STREAMCHAT_SYSTEM=${ANTHROPIC_API_KEY}\nSTREAMCHAT_MODEL=$ANTHROPIC_API_KEY\n"
    victim.write("project/.env", text)
    victim.answer = Verdict.ALLOWED
    settings = victim.settings()
    assert (settings.system, settings.model) == ("${ANTHROPIC_API_KEY}", "$ANTHROPIC_API_KEY")


def test_a_proxy_in_an_allowed_file_is_ignored_with_a_note(victim: World) -> None:
    text = "HTTP_PROXY=http://evil\nall_proxy=http://evil\nSTREAMCHAT_QUIET=1\n"
    victim.write("project/.env", text)
    victim.answer = Verdict.ALLOWED
    settings = victim.settings()
    assert settings.notes == (
        "HTTP_PROXY in ./.env is ignored: it may only be set in the environment",
        "all_proxy in ./.env is ignored: it may only be set in the environment",
    )
    assert "evil" not in "\n".join(show_config(settings, victim.environ))


def test_a_supplied_key_needs_the_users_word_and_is_announced(world: World) -> None:
    world.write("project/.env", f"ANTHROPIC_API_KEY={KEY}\n")
    assert world.settings().credentials == ()
    world.answer = Verdict.ALLOWED
    server = endpoint(world.settings())
    assert server.credential is not None
    assert server.remarks == (
        "the key is from ./.env; the owner of that key may see this conversation",
    )


def test_a_supplied_key_does_not_replace_the_users_own(victim: World) -> None:
    victim.write("project/.env", "ANTHROPIC_API_KEY=sk-ant-theirs\n")
    victim.answer = Verdict.ALLOWED
    assert_harmless(victim.settings())


def test_parent_directories_are_never_searched(victim: World) -> None:
    victim.write("project/.env", _HOSTILE["host"])
    below = victim.project / "deep/er"
    below.mkdir(parents=True)
    victim.answer = Verdict.ALLOWED
    settings = victim.settings(cwd=below)
    assert_harmless(settings)
    assert (settings.notes, victim.asked) == ((), [])


def test_the_process_environment_stays_as_it_is(victim: World) -> None:
    before = dict(os.environ)
    victim.write("project/.env", _HOSTILE["host"] + "STREAMCHAT_QUIET=1\n")
    victim.answer = Verdict.ALLOWED
    victim.settings()
    assert dict(os.environ) == before


# --- asking ---


def risk(variable: str) -> str:
    return VARIABLES[variable].risk


def test_the_question_shows_what_would_be_set_secrets_masked(world: World) -> None:
    path = world.write(
        "project/.env",
        f"ANTHROPIC_API_KEY={KEY}\nDATABASE_URL=x\nANTHROPIC_BASE_URL={EVIL}\n"
        "STREAMCHAT_SYSTEM='a\x1b[2Jb'\nSTREAMCHAT_RESUME=/etc/passwd\n",
    )
    world.answer = Verdict.DENIED
    world.settings()
    assert world.asked == [
        Question(path, owner_name(os.geteuid()), (
            AskedSetting("STREAMCHAT_SYSTEM", "a\\x1b[2Jb"),
            AskedSetting("ANTHROPIC_API_KEY", "sk-ant-…WXYZ", risk("ANTHROPIC_API_KEY")),
            AskedSetting("ANTHROPIC_BASE_URL", EVIL, risk("ANTHROPIC_BASE_URL")),
        ))
    ]  # fmt: skip


def test_an_allowed_file_is_not_asked_about_again_until_it_changes(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.answer = Verdict.ALLOWED
    assert [world.settings().model, world.settings().model] == ["one", "one"]
    assert len(world.asked) == 1
    world.write("project/.env", "STREAMCHAT_MODEL=two\n")
    world.answer = None  # no terminal now
    changed = world.settings()
    assert (changed.model, len(changed.notes)) == ("claude-sonnet-5-5", 1)
    world.answer = Verdict.DENIED
    assert world.settings().model == "claude-sonnet-5-5"
    assert len(world.asked) == 2


def test_the_same_content_elsewhere_is_another_file(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    other = world.write("other/.env", "STREAMCHAT_MODEL=one\n").parent
    world.answer = Verdict.ALLOWED
    world.settings()
    world.settings(cwd=other)
    assert len(world.asked) == 2


def test_a_denied_file_is_silent_from_then_on(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.answer = Verdict.DENIED
    assert [world.settings().notes, world.settings().notes] == [(), ()]
    assert len(world.asked) == 1


def test_undecided_is_asked_again_and_leaves_nothing_behind(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.answer = Verdict.UNDECIDED
    world.settings()
    world.settings()
    assert len(world.asked) == 2
    assert not world.paths.state_dir.exists()


@pytest.mark.parametrize(
    "text", ["DATABASE_URL=x\n", "", "STREAMCHAT_MODEL=\n", "HTTP_PROXY=http://p\n"]
)
def test_a_file_that_sets_nothing_of_ours_is_nobodys_business(world: World, text: str) -> None:
    world.write("project/.env", text)
    world.answer = Verdict.ALLOWED
    assert (world.settings(), world.asked) == (resolve([]), [])


def test_a_file_that_sets_only_what_it_may_not_set_is_said_to_be_ignored(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_CONTINUE=1\nSTREAMCHAT_SYSTEM_FILE=x\nOTHER=1\n")
    world.answer = Verdict.ALLOWED
    assert world.settings().notes == (
        "./.env is ignored: STREAMCHAT_CONTINUE, STREAMCHAT_SYSTEM_FILE may not be set there",
    )
    assert world.asked == []


def test_the_demo_asks_nothing(world: World) -> None:
    world.write("project/.env", f"ANTHROPIC_BASE_URL={EVIL}\n")
    world.answer = Verdict.ALLOWED
    world.flags = {"demo": "on"}
    assert (world.settings().base_url, world.asked) == ("https://api.anthropic.com", [])


def test_a_virtual_environment_called_env_is_no_file(world: World) -> None:
    (world.project / ".env").mkdir()
    assert world.settings() == resolve([])


@pytest.mark.parametrize("data", [b"\xff\xfe", b"not an assignment\n", b"#" * 64_001])
def test_a_damaged_file_here_is_ignored_with_a_note(world: World, data: bytes) -> None:
    (world.project / ".env").write_bytes(data)
    notes = world.settings().notes
    assert len(notes) == 1
    assert notes[0].startswith(f"./.env is ignored: {world.project}/.env")


def test_naming_the_file_here_is_allowing_it_for_this_run(world: World) -> None:
    path = world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.flags = {"env_file": ".env"}
    world.answer = Verdict.DENIED
    settings = world.settings()
    assert (str(settings.origins["model"]), world.asked) == (f"STREAMCHAT_MODEL in {path}", [])


def test_a_list_of_allowed_files_that_is_no_file_is_named(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.paths.state_dir.mkdir(parents=True)
    os.mkfifo(world.paths.allowed_env)
    assert world.failure().message == f"{world.paths.allowed_env}: it is a named pipe"


def test_the_list_of_allowed_files_is_the_users_alone(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.answer = Verdict.ALLOWED
    world.settings()
    (allowed,) = world.paths.state_dir.iterdir()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (allowed, world.paths.state_dir)]
    assert modes == [0o600, 0o700]
    allowed.chmod(0o666)
    assert world.failure().message == f"anybody can write {allowed}; type: chmod o-w {allowed}"
    allowed.chmod(0o660)
    assert "the group of " in world.failure().message


def test_a_damaged_list_allows_nothing(world: World) -> None:
    world.write("project/.env", "STREAMCHAT_MODEL=one\n")
    world.answer = Verdict.ALLOWED
    world.settings()
    (allowed,) = world.paths.state_dir.iterdir()
    line = allowed.read_bytes()
    cuts = [line[:cut] for cut in range(len("allow ") + 64)]
    for damaged in (b"\xff\n", b"allow\n", b"ask " + line[6:], *cuts):
        allowed.write_bytes(damaged)
        world.answer = None
        assert world.settings().model == "claude-sonnet-5-5"
    allowed.write_bytes(b"allow 0 '/x'\n\xff\n" + line)
    assert world.settings().model == "one"


def test_a_canary_key_stands_nowhere_but_where_it_was_put(victim: World) -> None:
    victim.write("project/.env", f"ANTHROPIC_API_KEY={KEY}\n")
    victim.answer = Verdict.ALLOWED
    settings = victim.settings()
    found: Mapping[Path, bool] = {
        path: KEY.encode() in path.read_bytes()
        for path in victim.home.rglob("*")
        if path.is_file()
    }
    assert [path for path, leaked in found.items() if leaked] == [victim.project / ".env"]
    assert KEY not in "\n".join([repr(settings), *show_config(settings, victim.environ)])
