"""Templates: front matter, placeholders, and the words that fill them."""

import pytest

from streamchat.core.errors import ConfigError
from streamchat.core.settings import SettingSource, resolve
from streamchat.core.settings.roles import from_role
from streamchat.core.templates import (
    Template,
    assign_words,
    split_front_matter,
    still_missing,
)

REVIEW = Template("review", "Review {{path}} for {{ what | errors, all of them }}. {{path}}!")


@pytest.mark.parametrize(
    ("source", "front", "text"),
    [
        ("---\nmodel: a\n---\nHello", "model: a\n", "Hello"),
        ("---\n---\nHello", "", "Hello"),
        ("--- \na: 1\n---", "a: 1\n", ""),
        ("Hello\n---\na\n---\n", "", "Hello\n---\na\n---\n"),
        ("---\nnever closed", "", "---\nnever closed"),
        ("", "", ""),
    ],
)
def test_front_matter_is_cut_off(source: str, front: str, text: str) -> None:
    assert split_front_matter(source) == (front, text)


def test_placeholders_take_values_and_defaults_once() -> None:
    assert REVIEW.missing == ("path",)
    assert REVIEW.fill({"path": "{{what}}"}) == (
        "Review {{what}} for errors, all of them. {{what}}!"
    )
    assert Template("t", "{{a|}}{{b|x}}{{ not one }}{{}}").fill({"b": "y"}) == (
        "y{{ not one }}{{}}"
    )


@pytest.mark.parametrize(
    ("words", "values", "rest"),
    [
        (("a.py",), {"path": "a.py"}, ""),
        (("a.py", "and", "more"), {"path": "a.py"}, "and more"),
        (("what=style", "a.py"), {"what": "style", "path": "a.py"}, ""),
        (("path=x=y", "rest"), {"path": "x=y"}, "rest"),
        (("other=1",), {"path": "other=1"}, ""),
        ((), {}, ""),
    ],
)
def test_words_are_assigned_by_name_then_in_order(
    words: tuple[str, ...], values: dict[str, str], rest: str
) -> None:
    assert assign_words(REVIEW, words) == (values, rest)
    assert still_missing(REVIEW, values) == (() if "path" in values else ("path",))


def test_a_role_is_a_layer_below_what_chose_it() -> None:
    settings = {"model": "small", "temperature": 0.5, "max_tokens": 100, "surprise": 1}
    role = Template("r", "You are {{name|Jack}}.", settings)
    layer = from_role(role, SettingSource.FLAG, place="r.md")
    resolved = resolve([layer])
    assert (resolved.system, resolved.model, resolved.max_tokens) == (
        "You are Jack.",
        "small",
        100,
    )
    assert resolved.request == (("temperature", 0.5),)
    assert resolved.notes == ("surprise in r.md is ignored: a role cannot set it",)


def test_a_role_that_lacks_a_value_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"r\.md needs name: give it a default"):
        from_role(Template("r", "{{name}}"), SettingSource.FLAG, place="r.md")
