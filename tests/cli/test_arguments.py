"""What a command line asks for, and how wrong ones are answered."""

from __future__ import annotations

import json

import pytest

from streamchat.cli.arguments import help_text, parse_arguments
from streamchat.cli.invocation import Invocation, ReportKind
from streamchat.core.errors import ExitStatus, UsageError
from streamchat.core.options import OPTIONS, SETTINGS
from streamchat.core.options.rows import Kind, Option
from streamchat.core.settings import Settings, SettingSource, resolve

_EXAMPLES = {
    Kind.TEXT: "text",
    Kind.PATH: "some/path",
    Kind.URL: "https://server.example",
    Kind.COUNT: "7",
    Kind.WHOLE: "7",
    Kind.SECONDS: "7",
    Kind.DOLLARS: "7",
    Kind.TEXTS: "example.com",
}


def settings(*argv: str) -> Settings:
    return resolve([parse_arguments(argv, OPTIONS).flags])


def complaint(*argv: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse_arguments(argv, OPTIONS)
    assert caught.value.status is ExitStatus.USAGE
    assert caught.value.message.isprintable()
    return caught.value.message


def test_nothing_asks_for_nothing() -> None:
    assert parse_arguments([], OPTIONS) == Invocation()


def test_every_spelling_of_every_setting_arrives_with_its_origin() -> None:
    for row in SETTINGS:
        assert_arrives(row)


def assert_arrives(row: Option) -> None:
    example = row.choices[-1] if row.choices else _EXAMPLES.get(row.kind, "")
    for flag in row.flags:
        argv = [flag] if row.kind is Kind.ON_OFF else [flag, example]
        given = parse_arguments(argv, OPTIONS).flags.values[row.name]
        text = json.dumps([example]) if row.kind is Kind.TEXTS else example or "on"
        assert (given.text, given.name) == (text, flag), row.name
    if row.flags and row.name != "profile":
        resolved = settings(*argv)
        if row.kind is Kind.ON_OFF:
            assert getattr(resolved, row.name) is True, row.name
        else:
            assert getattr(resolved, row.name) not in (row.default, None), row.name
        assert resolved.origins[row.name].source is SettingSource.FLAG


@pytest.mark.parametrize(
    "row",
    [row for row in SETTINGS if row.flags and row.kind is Kind.ON_OFF],
    ids=lambda r: r.name,
)
def test_what_is_on_has_an_opposite_and_the_last_word_counts(row: Option) -> None:
    assert getattr(settings(row.long_flag, row.opposite), row.name) is False
    assert getattr(settings(row.opposite, row.long_flag), row.name) is True


@pytest.mark.parametrize(
    ("argv", "prompt"),
    [
        (["why", "is", "it"], "why is it"),
        (["-q", "why", "-m", "x", "is", "--raw", "it"], "why is it"),
        (["why is it", "-q"], "why is it"),
        (["--", "--raw", "-q"], "--raw -q"),
        (["a", "--", "b", "--", "c"], "a b -- c"),
        (["-5", "+", "3"], "-5 + 3"),
        (["-what is it?"], "-what is it?"),
        (["-"], "-"),
        (["-m", "x", "--"], ""),
    ],
)
def test_the_prompt_is_the_words_between_the_options(argv: list[str], prompt: str) -> None:
    assert parse_arguments(argv, OPTIONS).prompt == prompt


def test_attachments_keep_their_order_under_every_name() -> None:
    argv = ["-a", "a.png", "--file", "b.txt", "hi", "-f", "-", "--attach", "https://x/y.pdf"]
    assert parse_arguments(argv, OPTIONS).attachments == (
        "a.png",
        "b.txt",
        "-",
        "https://x/y.pdf",
    )


def test_json_is_short_for_an_output_format() -> None:
    assert settings("--json").output_format == "json"
    assert settings("--json", "--output-format", "events").output_format == "events"
    assert str(settings("--json").origins["output_format"]) == "--json"


@pytest.mark.parametrize(
    ("argv", "report", "words"),
    [
        (["--list"], ReportKind.LIST, ()),
        (["--search", "a b"], ReportKind.SEARCH, ("a b",)),
        (["--show", "ab12"], ReportKind.SHOW, ("ab12",)),
        (["--export", "md", "ab12"], ReportKind.EXPORT, ("md", "ab12")),
        (["--list-models"], ReportKind.LIST_MODELS, ()),
        (["--show-config"], ReportKind.SHOW_CONFIG, ()),
        (["--version"], ReportKind.VERSION, ()),
        (["-h"], ReportKind.HELP, ()),
        (["--list", "--help", "--version"], ReportKind.HELP, ()),
    ],
)
def test_reports(argv: list[str], report: ReportKind, words: tuple[str, ...]) -> None:
    assert parse_arguments(argv, OPTIONS) == Invocation(report=report, report_words=words)


def test_every_report_is_a_row() -> None:
    acts = {row.name for row in OPTIONS if not row.is_setting}
    assert {report.value for report in ReportKind} == acts - {
        "attach",
        "blind",
        "compare",
        "force",
        "prompt_name",
        "script",
    }


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["--modle", "x"], "unknown option '--modle'; did you mean --model?"),
        (["hi", "--export-md=x"], "unknown option '--export-md'; did you mean --export?"),
        (["--mod", "x"], "unknown option '--mod'; did you mean --model?"),
        (["-Z"], "unknown option '-Z'"),
        (["--session=x"], "unknown option '--session'; did you mean --resume?"),
        (["--\x1b[2J"], "unknown option '--\\x1b[2J'"),
        (["-m"], "argument -m/--model: expected one argument"),
        (["-m", "--", "x"], "argument -m/--model: expected one argument"),
        (["--export", "md"], "argument --export: expected 2 arguments"),
        (["--export", "pdf", "x"], "--export 'pdf': give one of md, html, json"),
        (["--list", "--show", "x"], "--list and --show cannot be combined"),
        (["-p is?"], "'-p is?': put -- before a prompt that starts with a dash"),
        (["-h", "--bogus"], "unknown option '--bogus'"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_that_says_what_is_near(argv: list[str], line: str) -> None:
    assert complaint(*argv).removesuffix(" (streamchat --help lists the options)") == line


def test_help_has_every_option_within_the_width() -> None:
    for width in (60, 100):
        text = help_text(OPTIONS, width=width)
        options = text.partition("Each setting")[0]
        assert max(map(len, options.splitlines())) <= width
        for row in OPTIONS:
            assert all(flag in options for flag in row.flags)
    assert "  -m, --model ID              the model to ask [claude-sonnet-5-5]\n" in text


def test_help_names_every_status() -> None:
    text = help_text(OPTIONS, width=80)
    assert all(f"{status.value}" in text for status in ExitStatus)
