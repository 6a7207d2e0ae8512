"""--schema through the program: one JSON value on stdout, or nothing and a reason."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fakes import open_session
from program import Finished, just_look, run_on_terminal, run_program
from streamchat.core.capabilities import ModelFacts
from streamchat.core.errors import ExitStatus
from streamchat.core.schema import Shape, format_json
from streamchat.core.web import Web, build_web_tools
from terminal import Person

SHORT = "name, age int"
LIST = {"type": "array", "items": {"type": "object", "properties": {"city": {}}}}


def ask(schema: str, prompt: str = "hello", *flags: str) -> Finished:
    return run_program("--demo", "-q", *flags, "--schema", schema, prompt)


def test_the_answer_is_one_value_of_the_schema() -> None:
    finished = ask(SHORT)
    assert finished.status == ExitStatus.OK
    assert json.loads(finished.stdout) == {"name": "a name", "age": 42}
    assert finished.stdout.count("\n") == 1


def test_a_schema_comes_from_a_file_from_text_and_by_its_name() -> None:
    saved = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/schemas/cities.json"
    saved.parent.mkdir(parents=True)
    saved.write_text(json.dumps(LIST))
    Path("here.json").write_text(json.dumps(LIST))
    values = [
        json.loads(ask(text).stdout) for text in ("@cities", "here.json", json.dumps(LIST))
    ]
    assert values == [[{"city": "a city"}] * 2] * 3


def test_a_named_schema_that_anybody_can_write_is_refused() -> None:
    saved = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/schemas/cities.json"
    saved.parent.mkdir(parents=True)
    saved.write_text(json.dumps(LIST))
    saved.chmod(0o666)
    run = ask("@cities")
    assert (run.status, run.stderr) == (
        78,
        f"streamchat: anybody can write {saved}; type: chmod o-w {saved}\n",
    )


def test_a_named_schema_that_its_group_can_write_is_a_note() -> None:
    saved = Path(os.environ["XDG_CONFIG_HOME"]) / "streamchat/schemas/cities.json"
    saved.parent.mkdir(parents=True)
    saved.write_text(json.dumps(LIST))
    saved.chmod(0o664)
    note = f"the group of {saved} can write it; type: chmod g-w {saved}"
    run = run_program("--demo", "--schema", "@cities", "hi")
    assert (run.status, note in run.stderr.splitlines()) == (0, True)


def test_inside_json_output_the_value_is_a_field() -> None:
    result = json.loads(ask(SHORT, "hello", "--json").stdout)
    assert result["value"] == {"name": "a name", "age": 42}
    assert json.loads(ask("name", "echo no", "--json").stdout)["value"] is None
    assert "value" not in json.loads(run_program("--demo", "--json", "hello").stdout)


@pytest.mark.parametrize(
    ("prompt", "status", "partial"),
    [
        ('echo {"name": 3, "age": 1}', ExitStatus.CUT_OFF, '{"name": 3, "age": 1}'),
        ("echo nonsense", ExitStatus.CUT_OFF, "nonsense"),
        ("refuse", ExitStatus.FAILURE, None),
        ("overloaded", ExitStatus.TRY_LATER, None),
        ("cut", ExitStatus.CUT_OFF, None),
    ],
)
def test_what_is_not_of_the_schema_leaves_stdout_empty(
    prompt: str, status: ExitStatus, partial: str | None
) -> None:
    finished = ask(SHORT, prompt)
    assert (finished.status, finished.stdout) == (status, "")
    assert finished.stderr.startswith("streamchat: ")
    error: Any = json.loads(ask(SHORT, prompt, "--json").stderr.splitlines()[-1])["error"]
    assert error["status"] == status
    assert error["partial"]
    assert partial in (None, error["partial"])


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_have_is_no_value(number: str) -> None:
    finished = ask("size float", f'echo {{"size": {number}}}')
    assert (finished.status, finished.stdout) == (ExitStatus.CUT_OFF, "")


@pytest.mark.parametrize(
    ("schema", "status", "reason"),
    [
        ("name age", ExitStatus.USAGE, "there is no such file"),
        ('{"type": 3}', ExitStatus.USAGE, "is not a JSON schema"),
        ("{oops", ExitStatus.USAGE, "is not JSON"),
        ('{"a":' * 20_000, ExitStatus.USAGE, "is not JSON"),
        ("@../x", ExitStatus.USAGE, "write @ and the name"),
        ("@missing", ExitStatus.NOT_FOUND, "does not exist"),
    ],
)
def test_a_schema_that_is_none_is_refused_before_anything_is_sent(
    schema: str, status: ExitStatus, reason: str
) -> None:
    finished = ask(schema)
    assert (finished.status, finished.stdout) == (status, "")
    assert reason in finished.stderr
    assert len(finished.stderr) < 1000


def test_a_reference_out_of_the_schema_is_a_line_and_fetches_nothing() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}}
    finished = ask(json.dumps(schema), 'echo {"a": 1}')
    assert finished.status == ExitStatus.CUT_OFF
    assert "the schema refers to something that is not in it" in finished.stderr


def test_extract_and_schema_exclude_each_other() -> None:
    assert ask("name", "x", "-x").status == ExitStatus.USAGE


CITIES = json.dumps(
    {
        "type": "array",
        "items": {"type": "object", "properties": {"city": {}, "mayor": {}}},
    }
)
TABLE = ["city   │ mayor", "───────┼────────", "a city │ a mayor"]


def test_a_chat_shows_a_table_now_and_when_it_is_resumed_or_shown() -> None:
    def ask_once(person: Person) -> None:
        person.wait_for_prompt()
        person.type("hello\r")
        person.wait_for_prompt()
        person.type("/exit\r")

    def look(person: Person) -> None:
        person.wait_for_prompt()
        person.type("/exit\r")

    first = run_on_terminal(ask_once, "--demo", "--schema", CITIES)
    resumed = run_on_terminal(look, "--demo", "-c")
    shown = run_on_terminal(just_look, "--demo", "--show", "hello")
    for window in (first, resumed, shown):
        at = window.rows.index(TABLE[0])
        assert window.rows[at : at + 3] == TABLE


def test_a_value_that_is_no_table_is_shown_as_code() -> None:
    shown = run_on_terminal(just_look, "--demo", "--no-save", "--schema", SHORT, "hello")
    at = shown.rows.index('  "name": "a name",')
    assert shown.rows[at - 1 : at + 3] == ["{", '  "name": "a name",', '  "age": 42', "}"]


def test_with_a_schema_pages_are_read_without_citations() -> None:
    """The server refuses both together."""
    web, facts = Web(), ModelFacts("m")
    assert "citations" in build_web_tools(web, facts)[1]
    assert "citations" not in build_web_tools(web, facts, cites=False)[1]
    session = open_session()
    session.web, session.shape = web, Shape({}, lambda _text: None)
    session.say("hi")
    assert not any("citations" in tool for tool in session.request().tools)


def test_exports_show_a_value_as_code_or_as_a_table() -> None:
    for name, schema in (("flat", CITIES), ("one", SHORT)):
        run_program("--demo", "-q", "--schema", schema, name)
    assert '```json\n[\n  {\n    "city": "a city",' in exported("flat", "md")
    assert '```json\n{\n  "name": "a name",\n  "age": 42\n}\n```' in exported("one", "md")
    assert "<th>city</th><th>mayor</th>" in exported("flat", "html")
    assert "<td>a city</td><td>a mayor</td>" in exported("flat", "html")
    page = exported("one", "html")
    assert '<div class="lang">json</div>' in page
    assert "<span" in page[page.index("<code>") :]
    shown = run_program("--demo", "--show", "one").stdout
    assert shown.endswith('```json\n{\n  "name": "a name",\n  "age": 42\n}\n```\n\n')


def exported(ref: str, form: str) -> str:
    return run_program("--demo", "--export", form, ref).stdout


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ('{"a": "```', '````json\n{"a": "```\n````\n'),
        ("1e999", "```json\n1e999\n```\n"),
        ('{"é":1}', '```json\n{\n  "é": 1\n}\n```\n'),
    ],
)
def test_a_value_as_code_is_whole_whatever_it_is(text: str, block: str) -> None:
    assert format_json(text) == block
