"""The table, the order of sources, the reading of values, and where a key may go."""

from __future__ import annotations

import dataclasses
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from streamchat.core.errors import ConfigError, ExitStatus, StreamchatError, UsageError
from streamchat.core.options import DEFAULT_URL, OPTIONS, SETTINGS
from streamchat.core.options.rows import Group, Kind, Reach
from streamchat.core.settings import (
    CredentialKind,
    Layer,
    RawValue,
    Settings,
    SettingSource,
    choose_proxy,
    endpoint,
    from_keys,
    from_variables,
    masked,
    parse_address,
    resolve,
)
from streamchat.core.settings.report import env_example, show_config
from streamchat.core.settings.trust import list_secrets, redact_secrets

KEY = "sk-ant-api03-" + "k" * 40 + "WXYZ"
OTHER_KEY = "sk-ant-api03-" + "o" * 40 + "1234"
TOML = "config.toml"


def flags(**texts: str) -> Layer:
    rows = {row.name: row for row in OPTIONS}
    values = {name: RawValue(text, rows[name].long_flag) for name, text in texts.items()}
    return Layer(SettingSource.FLAG, values)


def exported(**variables: str) -> Layer:
    return from_variables(SettingSource.ENVIRONMENT, variables)


def env_file(**variables: str) -> Layer:
    return from_variables(SettingSource.ENV_FILE, variables, "some.env")


def dotenv(**variables: str) -> Layer:
    return from_variables(SettingSource.DOTENV, variables, "./.env")


def config_env(**variables: str) -> Layer:
    return from_variables(SettingSource.CONFIG, variables, "config/.env")


def toml(table: Mapping[str, object], **variables: str) -> Layer:
    return from_keys(table, variables, TOML)


def failure(*layers: Layer) -> StreamchatError:
    with pytest.raises(StreamchatError) as caught:
        endpoint(resolve(layers))
    return caught.value


# --- the table ---


def test_every_setting_is_a_field_and_every_field_a_row() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)}
    by_table = {row.name for row in SETTINGS} - {kind.value for kind in CredentialKind}
    assert fields == by_table | {"origins", "credentials", "notes"}


def test_no_name_is_given_twice() -> None:
    spelled = [flag for row in OPTIONS for flag in (*row.flags, row.opposite) if flag]
    spelled += [flag for row in OPTIONS for flag, _ in row.shortcuts]
    variables = [name for row in OPTIONS for name in row.variables]
    keys = [row.key for row in OPTIONS if row.key]
    for names in (spelled, variables, keys):
        assert sorted(names) == sorted(set(names))


def test_a_name_is_the_flag_in_another_spelling() -> None:
    for row in SETTINGS:
        if row.flags:
            bare = row.flags[-1].removeprefix("--").replace("-", "_")
            assert row.variables[0] == f"STREAMCHAT_{bare.upper()}"
            assert row.key in (bare, None)


def test_defaults_are_of_the_type_that_reading_gives() -> None:
    settings = resolve([])
    types = {
        Kind.COUNT: int, Kind.WHOLE: int, Kind.SECONDS: float, Kind.ON_OFF: bool,
        Kind.HEADERS: tuple, Kind.URL: str,
    }  # fmt: skip
    for row in SETTINGS:
        if row.kind in types:
            assert type(getattr(settings, row.name)) is types[row.kind], row.name


def test_the_defaults() -> None:
    settings = resolve([])
    assert (settings.model, settings.max_tokens) == ("claude-sonnet-5-5", 16000)
    assert (settings.no_caching, settings.theme, settings.retries) == (False, "auto", 4)
    assert (settings.idle_deadline_s, settings.deadline_s) == (60.0, 3600.0)
    assert settings.base_url == "https://api.anthropic.com"
    assert {origin.source for origin in settings.origins.values()} == {SettingSource.DEFAULT}


def test_reports_and_attachments_have_no_variable() -> None:
    acts = {row.name for row in OPTIONS if not row.is_setting}
    assert acts == {
        "attach",
        "blind",
        "compare",
        "prompt_name",
        "script",
        *(row.name for row in OPTIONS if row.group is Group.REPORTS),
    }


# What each option may do in a file of a repository (--env-file, ./.env). A new option needs
# a decision; see Reach.
_REACHES = {
    Reach.ANYWHERE: {
        "model", "fallback", "system", "max_tokens", "effort", "thinking", "stop", "once",
        "no_caching",
        "interactive", "output_format", "extract", "raw", "quiet", "theme", "background",
        "accessible",
        "prose_width", "status_line", "no_times", "window_title", "notify", "idle_deadline_s",
        "deadline_s", "retries", "base_url", "profile", "demo", "api_key", "auth_token",
        "sdk_profile", "full_sdk", "cache_ttl",
    },
    Reach.TIGHTER: {"no_save", "max_cost_usd", "max_cost_day_usd", "dry_run"},
    Reach.USER: {
        "system_file", "schema", "continue_newest", "auto_title",
        "keys", "enter", "menu", "shell", "allow_shell", "favorite_models",
        "here", "resume", "debug_log",
        "web", "web_allow", "web_block", "web_max_uses", "role", "secrets", "auto_compact",
        "citations",
    },
    Reach.ENVIRONMENT: {"env_file", "custom_headers"},
}  # fmt: skip
_RISKY = {
    "model", "fallback", "max_tokens", "effort", "thinking", "no_caching", "quiet", "base_url",
    "profile",
    "api_key", "auth_token", "sdk_profile", "cache_ttl",
}  # fmt: skip


def test_the_reach_and_the_risk_of_every_option_are_decided() -> None:
    rows = [row for row in SETTINGS if row.variables]
    reaches = {reach: {row.name for row in rows if row.reach is reach} for reach in Reach}
    assert reaches == _REACHES
    assert {row.name for row in rows if row.risk} == _RISKY


@pytest.mark.parametrize("source", [SettingSource.ENV_FILE, SettingSource.DOTENV])
def test_a_file_of_others_sets_an_option_only_within_its_reach(source: SettingSource) -> None:
    for row in (row for row in SETTINGS if row.variables):
        layer = from_variables(source, dict.fromkeys(row.variables, "1"), "file")
        is_set = row.reach in (Reach.ANYWHERE, Reach.TIGHTER)
        assert (row.name in layer.values) is is_set, row.name
        assert len(layer.notes) == (0 if is_set else len(row.variables)), row.name
        environment = from_variables(SettingSource.ENVIRONMENT, {row.variables[0]: "1"})
        assert row.name in environment.values


@pytest.mark.parametrize(("files", "cap"), [("1", 1.0), ("9", 5.0)])
def test_a_file_of_others_lowers_a_cap_and_raises_none(files: str, cap: float) -> None:
    own = toml({"max_cost": 5.0})
    assert resolve([dotenv(STREAMCHAT_MAX_COST=files), own]).max_cost_usd == cap
    assert resolve([dotenv(STREAMCHAT_MAX_COST=files)]).max_cost_usd == float(files)
    assert resolve([exported(STREAMCHAT_MAX_COST=files), own]).max_cost_usd == float(files)


def test_a_file_of_others_turns_a_protection_on_and_none_off() -> None:
    own = toml({"no_save": True})
    assert resolve([dotenv(STREAMCHAT_NO_SAVE="off"), own]).no_save
    assert resolve([dotenv(STREAMCHAT_NO_SAVE="on")]).no_save
    assert not resolve([exported(STREAMCHAT_NO_SAVE="off"), own]).no_save


# --- the order ---

_LADDER = [
    flags(model="flag"),
    exported(STREAMCHAT_MODEL="environment"),
    env_file(STREAMCHAT_MODEL="env-file"),
    dotenv(STREAMCHAT_MODEL="dotenv"),
    config_env(STREAMCHAT_MODEL="config env"),
    toml({"model": "toml"}),
]
_STRONGEST_FIRST = ["flag", "environment", "env-file", "dotenv", "config env", "toml"]


@pytest.mark.parametrize("dropped", range(6))
def test_the_strongest_source_decides(dropped: int) -> None:
    settings = resolve(_LADDER[dropped:])
    assert settings.model == _STRONGEST_FIRST[dropped]
    assert settings.origins["model"].source is _LADDER[dropped].source


def test_the_order_in_which_layers_are_handed_over_is_no_matter() -> None:
    sources = [flags(model="a"), exported(STREAMCHAT_MODEL="b"), dotenv(STREAMCHAT_MODEL="c")]
    assert resolve(sources) == resolve(sources[::-1])


def test_an_origin_names_what_was_written_and_where() -> None:
    settings = resolve([
        flags(max_tokens="7"), exported(STREAMCHAT_EFFORT="low"),
        dotenv(STREAMCHAT_THEME="dark"), toml({"quiet": True}),
    ])  # fmt: skip
    names = ("max_tokens", "effort", "theme", "quiet", "raw")
    assert [str(settings.origins[name]) for name in names] == [
        "--max-tokens", "STREAMCHAT_EFFORT", "STREAMCHAT_THEME in ./.env",
        "quiet in config.toml", "default",
    ]  # fmt: skip


def test_the_sdks_variable_is_asked_after_our_own() -> None:
    both = {"ANTHROPIC_MODEL": "theirs", "STREAMCHAT_MODEL": "ours"}
    assert resolve([exported(**both)]).model == "ours"
    assert resolve([exported(ANTHROPIC_MODEL="theirs")]).model == "theirs"


def test_empty_is_unset_and_values_are_stripped() -> None:
    settings = resolve([
        exported(STREAMCHAT_MODEL=" ", ANTHROPIC_API_KEY="", STREAMCHAT_EFFORT=" low \n"),
        toml({"model": " toml "}),
    ])  # fmt: skip
    assert (settings.model, settings.effort, settings.credentials) == ("toml", "low", ())


def test_an_empty_flag_unsets_what_a_weaker_source_set() -> None:
    settings = resolve([flags(system="", profile=""), toml({"system": "S", "profile": "x"})])
    assert (settings.system, settings.profile) == (None, None)


@pytest.mark.parametrize("name", ["resume", "system_file", "env_file", "model"])
def test_an_empty_flag_cannot_stand_for_a_name(name: str) -> None:
    with pytest.raises(UsageError, match="give a value"):
        resolve([flags(**{name: ""})])


def test_toml_gives_numbers_and_booleans() -> None:
    settings = resolve([toml({"max_tokens": 9, "deadline": 2.5, "raw": True, "max_cost": 1})])
    values = (settings.max_tokens, settings.deadline_s, settings.raw, settings.max_cost_usd)
    assert values == (9, 2.5, True, 1.0)


# --- values that do not fit ---


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("max_tokens", "abc", "--max-tokens: 'abc': give a whole number, 1 or more"),
        ("max_tokens", "0", "--max-tokens: '0': give a whole number, 1 or more"),
        ("max_tokens", "9" * 20, f"--max-tokens: '{'9' * 20}': give a whole number, 1 or more"),
        ("max_tokens", "١٢", "--max-tokens: '١٢': give a whole number, 1 or more"),
        ("retries", "-1", "--retries: '-1': give a whole number, 0 or more"),
        ("deadline_s", "nan", "--deadline: 'nan': give a number of seconds, 0 for no limit"),
        ("max_cost_usd", "0", "--max-cost: '0': give an amount in dollars, more than 0"),
        ("max_cost_usd", "inf", "--max-cost: 'inf': give an amount in dollars, more than 0"),
        ("effort", "loud", "--effort: 'loud': give one of low, medium, high, xhigh, max"),
        ("thinking", "yes", "--thinking: 'yes': give one of adaptive, hidden, off"),
        ("quiet", "x", "--quiet: 'x': give on or off (1, true, yes; 0, false, no)"),
    ],
)  # fmt: skip
def test_a_wrong_flag_is_one_line_of_wrong_use(name: str, text: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve([flags(**{name: text})])
    assert caught.value.message == line
    assert caught.value.status is ExitStatus.USAGE


def test_a_wrong_variable_or_key_is_a_matter_of_configuration() -> None:
    loud = failure(exported(STREAMCHAT_EFFORT="loud"))
    assert loud.message.startswith("STREAMCHAT_EFFORT: 'loud': give one of low")
    assert loud.status is ExitStatus.CONFIG
    assert failure(toml({"retries": -1})).message.startswith("retries in config.toml: '-1'")
    wanted = r"^allow_http in config.toml: write a list of texts in quotes"
    for texts in ([1], ["a", True], [["a"]]):
        with pytest.raises(ConfigError, match=wanted):
            toml({"allow_http": texts})
    for value in (True, ["a"], {"a": 1}):
        with pytest.raises(ConfigError, match=r"^model in config.toml: this type of value"):
            toml({"model": value})


def test_a_quoted_value_cannot_drive_the_terminal_and_stays_short() -> None:
    message = failure(exported(STREAMCHAT_EFFORT="\x1b]0;x\x07\u202e" + "y" * 999)).message
    assert message.isprintable()
    assert len(message) < 160


def test_only_the_value_that_decides_is_read() -> None:
    assert resolve([flags(effort="low"), exported(STREAMCHAT_EFFORT="loud")]).effort == "low"


def test_a_key_with_a_newline_inside_is_refused_without_showing_it() -> None:
    message = failure(exported(ANTHROPIC_API_KEY="sk-ant-secret\nsk-ant-more")).message
    assert message.startswith("ANTHROPIC_API_KEY: the key holds a blank")
    assert "secret" not in message


def test_options_that_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="--print: cannot be combined with --interactive"):
        resolve([flags(once="on", interactive="on")])
    settings = resolve([flags(resume="ab12"), exported(STREAMCHAT_CONTINUE="1")])
    assert (settings.resume, settings.continue_newest) == ("ab12", False)
    profiles = {"p": {"system": "of the profile"}}
    settings = resolve([
        flags(profile="p"), exported(STREAMCHAT_SYSTEM_FILE="f"), toml({"profiles": profiles})
    ])  # fmt: skip
    assert (settings.system, settings.system_file) == ("of the profile", None)


# --- names that are not taken ---


def test_unknown_names_are_noted_with_the_nearest() -> None:
    settings = resolve([
        exported(STREAMCHAT_MODLE="x", PATH="/bin", HTTP_PROXY="http://p"),
        toml({"modle": "x", "zzz": 1}),
    ])  # fmt: skip
    assert settings.notes == (
        "unknown variable 'STREAMCHAT_MODLE'; did you mean STREAMCHAT_MODEL?",
        "unknown key 'modle' in config.toml; did you mean model?",
        "unknown key 'zzz' in config.toml",
    )


def test_a_key_in_config_toml_is_ignored_and_never_shown() -> None:
    settings = resolve([toml({"api_key": KEY})])
    assert settings.credentials == ()
    assert "api_key_env" in settings.notes[0]
    assert KEY not in settings.notes[0]


@pytest.mark.parametrize("source", [env_file, dotenv])
def test_a_file_that_came_with_a_directory_chooses_no_file_of_the_users(
    source: Callable[..., Layer],
) -> None:
    names = ("STREAMCHAT_SYSTEM_FILE", "STREAMCHAT_RESUME", "STREAMCHAT_ENV_FILE")
    layer = source(**dict.fromkeys(names, "/home/user/.ssh/id_rsa"))
    assert layer.values == {}
    assert len(layer.notes) == len(names)


def test_a_file_steers_neither_proxies_nor_certificates_nor_other_sdk_switches() -> None:
    names = (
        "HTTP_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
        "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_CONFIG_DIR", "ANTHROPIC_LOG",
    )  # fmt: skip
    layer = dotenv(**dict.fromkeys(names, "http://evil.example"))
    assert layer.values == {}
    assert [note.split()[0] for note in layer.notes] == list(names)


# --- profiles ---

_CORP = {"base_url": "https://corp.example", "api_key_env": "CORP_KEY", "model": "corp-model"}


def test_a_profile_names_host_and_key_together() -> None:
    settings = resolve([
        flags(profile="corp"), exported(ANTHROPIC_API_KEY=KEY, STREAMCHAT_MODEL="exported"),
        toml({"model": "top", "profiles": {"corp": _CORP}}, CORP_KEY=OTHER_KEY),
    ])  # fmt: skip
    server = endpoint(settings)
    assert server.address.host == "corp.example"
    assert server.credential is not None
    assert server.credential.secret == OTHER_KEY
    assert str(server.credential.origin) == (
        "CORP_KEY (api_key_env) of profile corp in config.toml"
    )
    assert settings.model == "corp-model"


def test_a_profile_chosen_in_config_toml_beats_its_other_keys_only() -> None:
    table = {"model": "top", "profile": "corp", "profiles": {"corp": {"model": "corp"}}}
    assert resolve([toml(table)]).model == "corp"
    assert resolve([exported(STREAMCHAT_MODEL="exported"), toml(table)]).model == "exported"


def test_a_profile_without_a_key_variable_sends_no_key() -> None:
    local = {"profiles": {"local": {"base_url": "http://127.0.0.1:8080"}}}
    for key_layer in (exported(ANTHROPIC_API_KEY=KEY), config_env(ANTHROPIC_API_KEY=KEY)):
        server = endpoint(resolve([flags(profile="local"), key_layer, toml(local)]))
        assert (server.credential, server.sdk_may_search) == (None, False)
        assert server.remarks == (
            "server: 127.0.0.1:8080 (base_url of profile local in config.toml)",
            "no key is sent: profile local has no api_key_env",
        )


def test_a_profile_may_choose_another_key_for_the_default_host() -> None:
    work = toml({"profiles": {"work": {"api_key_env": "WORK_KEY"}}}, WORK_KEY=OTHER_KEY)
    server = endpoint(resolve([flags(profile="work"), exported(ANTHROPIC_API_KEY=KEY), work]))
    assert server.credential is not None
    assert server.credential.secret == OTHER_KEY


def test_an_unknown_profile_is_named_with_the_nearest() -> None:
    table: dict[str, object] = {"profiles": {"local": {}}}
    assert failure(flags(profile="locla"), toml(table)).message == (
        "--profile: config.toml has no profile 'locla'; did you mean local?"
    )
    assert failure(toml({"profile": "x"})).status is ExitStatus.CONFIG


def test_a_key_variable_that_is_not_set_is_noted() -> None:
    settings = resolve([toml({"api_key_env": "NO_SUCH"})])
    assert settings.notes == ("api_key_env in config.toml: the variable 'NO_SUCH' is not set",)


# --- where a key may go ---

_HOST = "https://proxy.example"
_HOST_BY = {
    SettingSource.FLAG: flags(base_url=_HOST),
    SettingSource.ENVIRONMENT: exported(ANTHROPIC_BASE_URL=_HOST),
    SettingSource.ENV_FILE: env_file(ANTHROPIC_BASE_URL=_HOST),
    SettingSource.DOTENV: dotenv(ANTHROPIC_BASE_URL=_HOST),
    SettingSource.CONFIG: toml({"base_url": _HOST}),
}
_KEY_BY = {
    SettingSource.ENVIRONMENT: exported(ANTHROPIC_API_KEY=KEY),
    SettingSource.ENV_FILE: env_file(ANTHROPIC_API_KEY=KEY),
    SettingSource.DOTENV: dotenv(ANTHROPIC_API_KEY=KEY),
    SettingSource.CONFIG: config_env(ANTHROPIC_API_KEY=KEY),
}


def _merged(*layers: Layer) -> list[Layer]:
    """Two layers of one source as the one layer that this source would give."""
    merged: dict[tuple[SettingSource, str], Layer] = {}
    for layer in layers:
        before = merged.get((layer.source, layer.place))
        values = {**before.values, **layer.values} if before else layer.values
        merged[layer.source, layer.place] = dataclasses.replace(layer, values=values)
    return list(merged.values())


@pytest.mark.parametrize("host", _HOST_BY)
@pytest.mark.parametrize("key", _KEY_BY)
def test_a_key_goes_to_a_host_of_its_own_source_or_of_a_flag_and_nowhere_else(
    host: SettingSource, key: SettingSource
) -> None:
    layers = _merged(_HOST_BY[host], _KEY_BY[key])
    if host in (SettingSource.FLAG, key):
        credential = endpoint(resolve(layers)).credential
        assert credential is not None
        assert credential.secret == KEY
    else:
        refused = failure(*layers)
        assert refused.status is ExitStatus.CONFIG
        assert "\n" not in refused.message
        assert KEY not in refused.message
        for named in ("proxy.example", "ANTHROPIC_API_KEY", f"--base-url {_HOST}"):
            assert named in refused.message


@pytest.mark.parametrize("key", _KEY_BY)
@pytest.mark.parametrize("host", [None, *_HOST_BY])
def test_every_key_may_go_to_the_default_host(
    key: SettingSource, host: SettingSource | None
) -> None:
    named = {
        SettingSource.FLAG: flags(base_url="https://api.anthropic.com/"),
        SettingSource.CONFIG: toml({"base_url": "https://API.anthropic.com:443"}),
    }.get(host or SettingSource.DEFAULT, exported())
    credential = endpoint(resolve(_merged(named, _KEY_BY[key]))).credential
    assert credential is not None
    assert credential.secret == KEY


def test_the_refusal_says_whose_host_whose_key_and_how_to_allow_it() -> None:
    layers = (_HOST_BY[SettingSource.CONFIG], _KEY_BY[SettingSource.ENVIRONMENT])
    assert failure(*layers).message == (
        "the key from ANTHROPIC_API_KEY is not sent to proxy.example, because base_url in"
        " config.toml named that host; to send it there, type --base-url"
        " https://proxy.example, or write"
        ' api_key_env = "ANTHROPIC_API_KEY" beside base_url'
    )
    allowed = toml(
        {"base_url": _HOST, "api_key_env": "ANTHROPIC_API_KEY"}, ANTHROPIC_API_KEY=KEY
    )
    credential = endpoint(resolve([exported(ANTHROPIC_API_KEY=KEY), allowed])).credential
    assert credential is not None
    assert credential.origin.source is SettingSource.CONFIG


@pytest.mark.parametrize(
    "host", [s for s in _HOST_BY if s not in (SettingSource.FLAG, SettingSource.ENVIRONMENT)]
)
def test_loopback_is_no_exception(host: SettingSource) -> None:
    values = {"base_url": RawValue("http://127.0.0.1:4010", "ANTHROPIC_BASE_URL")}
    refused = failure(Layer(host, values, "somewhere"), _KEY_BY[SettingSource.ENVIRONMENT])
    assert isinstance(refused, ConfigError)


def test_a_pair_of_one_source_stays_a_pair() -> None:
    pair = dotenv(ANTHROPIC_BASE_URL=_HOST, ANTHROPIC_API_KEY=OTHER_KEY)
    server = endpoint(resolve([exported(ANTHROPIC_API_KEY=KEY), pair]))
    assert server.credential is not None
    assert server.credential.secret == OTHER_KEY
    assert (
        "the key is from ./.env; the owner of that key may see this conversation"
        in server.remarks
    )


def test_a_stronger_host_does_not_get_a_weaker_sources_key() -> None:
    pair = toml({"profile": "corp", "profiles": {"corp": _CORP}}, CORP_KEY=OTHER_KEY)
    assert failure(_HOST_BY[SettingSource.DOTENV], pair).status is ExitStatus.CONFIG
    assert failure(_HOST_BY[SettingSource.ENVIRONMENT], pair).status is ExitStatus.CONFIG


def test_a_token_is_held_to_the_same_rule_and_asked_after_the_key() -> None:
    token = exported(ANTHROPIC_AUTH_TOKEN="token-0123456789")
    assert failure(_HOST_BY[SettingSource.DOTENV], token).status is ExitStatus.CONFIG
    both = exported(ANTHROPIC_AUTH_TOKEN="token-0123456789", ANTHROPIC_API_KEY=KEY)
    kinds = [credential.kind for credential in resolve([both]).credentials]
    assert kinds == [CredentialKind.API_KEY, CredentialKind.AUTH_TOKEN]


@pytest.mark.parametrize(
    ("layers", "may_search", "profile"),
    [
        ([], True, None),
        ([exported(ANTHROPIC_PROFILE="p")], True, "p"),
        ([_HOST_BY[SettingSource.FLAG]], False, None),
        ([_HOST_BY[SettingSource.FLAG], exported(ANTHROPIC_PROFILE="p")], True, "p"),
        ([exported(ANTHROPIC_BASE_URL=_HOST, ANTHROPIC_PROFILE="p")], False, None),
        ([dotenv(ANTHROPIC_BASE_URL=_HOST, ANTHROPIC_PROFILE="p")], False, None),
        ([_HOST_BY[SettingSource.CONFIG]], False, None),
        ([exported(ANTHROPIC_API_KEY=KEY, ANTHROPIC_PROFILE="p")], False, None),
    ],
)  # fmt: skip
def test_what_the_sdk_finds_by_itself_goes_to_the_default_host(
    layers: list[Layer],
    may_search: bool,
    profile: str | None,
) -> None:
    server = endpoint(resolve(layers))
    assert (server.credential is None, server.sdk_may_search, server.sdk_profile) == (
        not resolve(layers).credentials, may_search, profile,
    )  # fmt: skip


def test_headers_are_keys() -> None:
    custom = exported(ANTHROPIC_CUSTOM_HEADERS="x-gateway: secret-value")
    assert failure(_HOST_BY[SettingSource.DOTENV], custom).status is ExitStatus.CONFIG
    assert endpoint(resolve([custom])).address.is_default
    own = toml({"headers": {"x-gateway": "secret-value"}})
    assert endpoint(resolve([own])).headers == (("x-gateway", "secret-value"),)
    assert failure(_HOST_BY[SettingSource.ENVIRONMENT], own).status is ExitStatus.CONFIG
    bedrock = toml({"platform": "bedrock"})
    assert failure(_HOST_BY[SettingSource.DOTENV], bedrock).status is ExitStatus.CONFIG
    assert endpoint(resolve([bedrock])).platform == "bedrock"


@pytest.mark.parametrize(
    "value", ["a\nx-api-key: b", "a\rx-api-key: b", "a\x0bx: b", "", "caf\u00e9", 3]
)
def test_a_header_that_could_become_two_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="header"):
        resolve([toml({"headers": {"x-a": value}})])


# --- addresses ---


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com", "api.anthropic.com"),
        ("HTTPS://API.Anthropic.com:443/", "https://api.anthropic.com", "api.anthropic.com"),
        ("http://localhost:8080", "http://localhost:8080", "localhost:8080"),
        ("http://127.0.0.1:80/x/", "http://127.0.0.1/x", "127.0.0.1"),
        ("http://[::1]:9", "http://[::1]:9", "[::1]:9"),
        ("https://gw.example/v1/acct", "https://gw.example/v1/acct", "gw.example"),
        ("https://gw.example/v1/", "https://gw.example", "gw.example"),
        ("https://gw.example/x/v1/messages", "https://gw.example/x", "gw.example"),
        ("https://gw.example/v1/messages/", "https://gw.example", "gw.example"),
    ],
)  # fmt: skip
def test_an_address_is_brought_into_one_form(text: str, url: str, host: str) -> None:
    address = parse_address(text)
    assert (address.url, address.host) == (url, host)
    assert address.is_default is (host == "api.anthropic.com")
    assert address.is_loopback is url.startswith("http:")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("http://[::1", "this is not the URL of a server"),
        ("api.anthropic.com", "give a URL such as https://"),
        ("ftp://x", "give a URL such as https://"),
        ("http://proxy.example", "use https"),
        ("http://127.0.0.1.evil.example", "use https"),
        ("http://2130706433", "use https"),
        ("http://0.0.0.0:80", "use https"),
        ("https://user:hunter2@proxy.example", "leave out the user name and password"),
        ("https://api.anthropic.com@evil.example", "leave out the user name and password"),
        ("https://api.anthropic.com\\@evil.example", "leave out the user name and password"),
        ("https://evil.example\\.api.anthropic.com", "this is not the URL of a server"),
        ("https://proxy.example/?key=x", "leave out the query"),
        ("https://proxy.example/#x", "leave out the query"),
        ("https://proxy.example:0", "that port does not exist"),
        ("https://proxy.example:65536", "that port does not exist"),
        ("https://proxy.example:", "this is not the URL of a server"),
        ("http://127.999.0.1", "use https"),
        ("http://127.0.0.01", "use https"),
        ("https://ａpi.anthropic.com", "this is not the URL of a server"),
        ("https://a b.example", "this is not the URL of a server"),
        ("https://", "this is not the URL of a server"),
        ("https://x.example\nhttps://y.example", "this is not the URL of a server"),
    ],
)  # fmt: skip
def test_an_address_that_could_mislead_is_refused_in_one_line(text: str, advice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve([exported(STREAMCHAT_BASE_URL=text)])
    message = caught.value.message
    assert message.startswith("STREAMCHAT_BASE_URL: ")
    assert advice in message
    assert message.isprintable()
    assert "hunter2" not in message


@pytest.mark.parametrize("line", ["x-a: 1\rx-b: 2", "x-a: 1\x85x-b: 2", "x-a: \x00"])
def test_a_header_of_the_environment_holds_no_line_end(line: str) -> None:
    with pytest.raises(
        ConfigError, match=r"ANTHROPIC_CUSTOM_HEADERS: the value of the header x-a"
    ):
        resolve([exported(ANTHROPIC_CUSTOM_HEADERS=line)])


@pytest.mark.parametrize("host", ["nas.lan", "nas.lan:8080", "NAS.lan"])
@pytest.mark.parametrize("url", ["http://nas.lan:8080", "http://NAS.LAN:8080/v1"])
def test_plain_http_to_a_host_of_the_lan_is_allowed_by_one_line(host: str, url: str) -> None:
    own = toml({"allow_http": ["other", host]})
    settings = resolve([flags(base_url=url), own])
    assert settings.base_url == "http://nas.lan:8080"
    assert endpoint(settings).remarks == ("server: nas.lan:8080 (--base-url), not encrypted",)
    profile = {"profiles": {"nas": {"base_url": url}}, "allow_http": [host]}
    assert resolve([flags(profile="nas"), toml(profile)]).base_url == "http://nas.lan:8080"


@pytest.mark.parametrize(
    "url", ["http://192.168.1.7:8080", "http://host.docker.internal", "http://0.0.0.0:11434"]
)
def test_plain_http_that_is_not_allowed_names_the_line_that_allows_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve([flags(base_url=url), toml({"allow_http": ["other"]})])
    host = url.removeprefix("http://").partition(":")[0]
    assert caught.value.message == (
        f"--base-url: {url!r}: use https; to allow plain http, which others on the way can"
        f' read, write allow_http = ["other", "{host}"] into your config.toml'
    )


def test_only_the_users_own_file_can_allow_plain_http() -> None:
    assert [row.variables for row in SETTINGS if row.name == "allow_http"] == [()]


@pytest.mark.parametrize("quotes", ['""', "''", "``", "“”"])
def test_a_key_in_quotes_is_the_key(quotes: str) -> None:
    settings = resolve([exported(ANTHROPIC_API_KEY=quotes[0] + KEY + quotes[1])])
    assert settings.credentials[0].secret == KEY


@pytest.mark.parametrize("layer", [SettingSource.ENVIRONMENT, SettingSource.FLAG])
def test_another_host_gets_the_token_alone(layer: SettingSource) -> None:
    both = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": "gateway-token"}
    url = "https://gateway.example"
    given = (
        [exported(ANTHROPIC_BASE_URL=url, **both)]
        if layer is SettingSource.ENVIRONMENT
        else [flags(base_url=url), exported(**both)]
    )
    credential = endpoint(resolve(given)).credential
    assert credential is not None
    assert credential.secret == "gateway-token"
    at_home = endpoint(resolve([exported(**both)])).credential
    assert at_home is not None
    assert at_home.secret == KEY


@pytest.mark.parametrize(
    "text", ["https://api.anthropic.com:444", "https://api.anthropic.com."]
)
def test_what_only_looks_like_the_default_host_is_not(text: str) -> None:
    assert not parse_address(text).is_default


# --- secrets ---


def test_masked_shows_the_kind_and_the_end() -> None:
    assert masked(KEY) == "sk-ant-…WXYZ"
    assert masked("sk-ant-short") == "sk-ant-…"
    assert masked("password") == "…"
    assert masked("0123456789abcdef") == "…cdef"


def test_redact_removes_given_secrets_and_everything_like_a_key() -> None:
    text = f"a {KEY} b token-0123456789 c sk-ant-xyz d Bearer sk-ant-{'q' * 30}. none"
    assert redact_secrets(text, ["token-0123456789", "none", KEY]) == (
        "a sk-ant-…WXYZ b …6789 c sk-ant-… d Bearer sk-ant-…qqqq. none"
    )


def test_redact_leaves_no_end_of_a_secret_that_begins_like_another() -> None:
    assert (
        redact_secrets("x key-12345-and-more y", ["key-12345", "key-12345-and-more"])
        == "x …more y"
    )


def test_no_repr_no_note_and_no_table_shows_a_secret() -> None:
    layers = [
        exported(ANTHROPIC_API_KEY=KEY, ANTHROPIC_AUTH_TOKEN=OTHER_KEY),
        toml({"headers": {"x-gateway": "hidden-value-0123"}}),
    ]
    settings = resolve(layers)
    shown = "\n".join([
        repr(layers), repr(settings), repr(endpoint(settings)), *show_config(settings, {})
    ])  # fmt: skip
    for secret in list_secrets(settings, {}):
        assert secret not in shown
    assert set(list_secrets(settings, {})) == {KEY, OTHER_KEY, "hidden-value-0123"}
    assert KEY in pickle.dumps(settings).decode("latin-1")  # the check above can fail


# --- what is made from the table ---


def test_env_example_is_the_tables() -> None:
    text = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    assert text == env_example(), "python -m streamchat.core.settings > .env.example"


def test_env_example_explains_every_variable_and_sets_none() -> None:
    lines = env_example().splitlines()
    assert all(line.startswith("#") or not line for line in lines)
    named = {match[1] for line in lines if (match := re.match(r"#([A-Z_]+)=", line))}
    assert named == {name for row in SETTINGS for name in row.variables}


def test_env_example_is_its_own_input() -> None:
    pairs = [
        match.groups()
        for line in env_example().splitlines()
        if (match := re.fullmatch(r"#([A-Z_]+)=(.+)", line)) and "…" not in match[2]
    ]
    settings = resolve([config_env(**{name: text for name, text in pairs if name and text})])
    assert dataclasses.replace(settings, origins={}, notes=()) == dataclasses.replace(
        resolve([]), origins={}
    )


def test_show_config_has_every_setting_its_origin_and_the_proxies() -> None:
    layers = [exported(ANTHROPIC_API_KEY=KEY), dotenv(STREAMCHAT_SYSTEM="a\x1b[2J")]
    environ = {
        "HTTPS_PROXY": "http://me:hunter2@proxy:3128", "no_proxy": "localhost",
        "SSL_CERT_FILE": "/etc/own.pem", "REQUESTS_CA_BUNDLE": "/etc/other.pem",
    }  # fmt: skip
    lines = show_config(resolve(layers), environ)
    words = [line.split() for line in lines]
    assert ["system", r"a\x1b[2J", "STREAMCHAT_SYSTEM", "in", "./.env"] in words
    assert ["api_key_env", "sk-ant-…WXYZ", "ANTHROPIC_API_KEY"] in words
    assert ["max_tokens", "16000", "default"] in words
    assert ["proxy", "http://…@proxy:3128", "HTTPS_PROXY"] in words
    assert ["proxy", "localhost", "no_proxy"] in words
    assert ["certificates", "/etc/own.pem", "SSL_CERT_FILE"] in words
    assert ["certificates", "/etc/other.pem", "REQUESTS_CA_BUNDLE"] in words
    assert lines[-1] == "key sent to api.anthropic.com: sk-ant-…WXYZ (ANTHROPIC_API_KEY)"
    shown = {row[0] for row in words if row}
    assert {row.key for row in SETTINGS if row.key and not row.secret} <= shown


def test_show_config_shows_a_refusal_instead_of_failing() -> None:
    layers = [exported(ANTHROPIC_API_KEY=KEY), _HOST_BY[SettingSource.DOTENV]]
    assert show_config(resolve(layers), {})[-1].startswith(
        "refused: the key from ANTHROPIC_API_KEY is not sent to proxy.example"
    )


def test_importing_settings_and_arguments_is_cheap() -> None:
    heavy = "asyncio dotenv platformdirs tomllib rich anthropic prompt_toolkit difflib"
    code = (
        "import sys; import streamchat.core.settings, streamchat.cli.arguments;"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# --- proxies ---


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        (DEFAULT_URL, {}, None),
        (DEFAULT_URL, {"HTTP_PROXY": "http://p:1"}, None),
        (DEFAULT_URL, {"HTTPS_PROXY": "http://p:1/"}, "p:1 (HTTPS_PROXY)"),
        (DEFAULT_URL, {"https_proxy": "http://q:1", "HTTPS_PROXY": "p"}, "q:1 (https_proxy)"),
        (DEFAULT_URL, {"ALL_PROXY": "socks5://u:secret@p:1"}, "…@p:1 (ALL_PROXY)"),
        (DEFAULT_URL, {"HTTPS_PROXY": "u:secret@p:1"}, "…@p:1 (HTTPS_PROXY)"),
        (DEFAULT_URL, {"HTTPS_PROXY": "p", "NO_PROXY": "a, .anthropic.com"}, None),
        (DEFAULT_URL, {"HTTPS_PROXY": "p", "NO_PROXY": "thropic.com"}, "p (HTTPS_PROXY)"),
        (DEFAULT_URL, {"HTTPS_PROXY": "p", "no_proxy": "*"}, None),
        ("http://localhost:8080", {"ALL_PROXY": "p"}, None),
        ("https://gw.example:8443", {"ALL_PROXY": "p", "NO_PROXY": "gw.example"}, None),
        ("https://gw.example:8443", {"ALL_PROXY": "p", "NO_PROXY": "gw.example:8443"}, None),
        ("https://gw.example", {"ALL_PROXY": "p", "NO_PROXY": "gw.example:1"}, "p (ALL_PROXY)"),
        ("https://gw.example", {"ALL_PROXY": "p", "NO_PROXY": "gw.example:443"}, None),
        ("https://gw.example", {"ALL_PROXY": "p", "NO_PROXY": "a *.example"}, None),
        ("https://10.1.2.3", {"ALL_PROXY": "p", "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3", {"ALL_PROXY": "p", "NO_PROXY": "10.0.0.0/8"}, "p (ALL_PROXY)"),
        ("https://[2001:db8::1]:8443", {"ALL_PROXY": "p", "NO_PROXY": "2001:db8::/32"}, None),
        (DEFAULT_URL, {"ALL_PROXY": "socks5://p", "HTTPS_PROXY": "q"}, "q (HTTPS_PROXY)"),
    ],
)
def test_the_proxy_on_the_way_is_named_without_its_credentials(
    url: str, environ: dict[str, str], proxy: str | None
) -> None:
    found = choose_proxy(parse_address(url), environ)
    assert (str(found) if found else None) == proxy
    assert "secret" not in repr(found)
    assert "secret@" not in str(show_config(resolve([]), environ))


@pytest.mark.parametrize("proxy", ["http://a:secret@b:99999", "b:0", "socks5://b:99999999/"])
def test_a_port_that_no_proxy_has_is_the_fault_of_the_variable(proxy: str) -> None:
    with pytest.raises(ConfigError, match=r"\(ALL_PROXY\): that port does not exist") as caught:
        choose_proxy(parse_address(DEFAULT_URL), {"ALL_PROXY": proxy})
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("proxy", ["http://", "http://:80", "http://me:secret@/"])
def test_a_proxy_without_a_host_is_the_fault_of_the_variable(proxy: str) -> None:
    with pytest.raises(ConfigError, match=r"^ALL_PROXY names no host: ") as caught:
        choose_proxy(parse_address(DEFAULT_URL), {"ALL_PROXY": proxy})
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("quoted", ['"{}"', "'{}'", "“ {} ”"])
def test_a_base_url_may_keep_the_quotes_of_an_env_file(quoted: str) -> None:
    settings = resolve([exported(STREAMCHAT_BASE_URL=quoted.format("https://x.example/v1"))])
    assert settings.base_url == "https://x.example"
