"""--schema: the shape of the answer, from a file, JSON text or the short form; and whether
an answer has it."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

from streamchat.cli.run import Run
from streamchat.config.load import read_own_file, read_prompt_file
from streamchat.core.errors import ConfigError, NotFound, UsageError
from streamchat.core.formatting import quoted
from streamchat.core.messages import JsonObject
from streamchat.core.schema import Shape, parse_short_schema

_NAME = "@"


def read_schema(run: Run, text: str) -> JsonObject:
    """`text` is JSON, `@NAME` of a file in the user's `schemas`, the path of a file, or
    the short form, which is tried last. Raises UsageError, NotFound, ConfigError."""
    if text.startswith("{"):
        return _checked(text, "the text")
    if text.startswith(_NAME):
        name = text.removeprefix(_NAME)
        path = run.paths.config_dir / "schemas" / f"{name}.json"
        if not name or "/" in name or "\0" in name:
            raise UsageError(f"--schema {quoted(text)}: write @ and the name of a schema")
        found, notes = read_own_file(path, user=run.env.user)
        for note in notes:
            run.notes.note(note)
        return _checked(found, str(path))
    if (read := _file(run.env.cwd, text)) is not None:
        return _checked(read, quoted(text))
    try:
        return parse_short_schema(text)
    except ValueError as wrong:
        raise UsageError(
            f"--schema {quoted(text)}: there is no such file, and {wrong}"
        ) from None


def _file(cwd: Path, text: str) -> str | None:
    """The content of the file of that name; None when there is none."""
    try:
        return read_prompt_file(cwd / text)
    except (NotFound, ValueError):
        return None
    except ConfigError:
        if "," in text or " " in text:  # not a possible file name: the short form
            return None
        raise


def _checked(text: str, where: str) -> JsonObject:
    """The JSON schema in the text, after a check that it is valid."""
    from jsonschema import SchemaError  # 0.1 s, only where a schema is asked for
    from jsonschema.validators import validator_for

    try:
        schema = json.loads(text)
        if not isinstance(schema, dict):
            raise UsageError(f"--schema: {where} is not a JSON object")
        validator_for(schema).check_schema(schema)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is too deep"
        raise UsageError(f"--schema: {where} is not JSON: {reason}") from error
    except SchemaError as error:
        raise UsageError(f"--schema: {where} is not a JSON schema: {error.message}") from error
    return schema


def build_shape(run: Run, text: str) -> Shape:
    """See `read_schema`."""
    schema = read_schema(run, text)
    return Shape(schema, partial(why_unfit, schema=schema))


def why_unfit(text: str, schema: JsonObject) -> str | None:
    """Why a text is not one JSON value of that schema; None when it is."""
    from jsonschema import ValidationError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        value = json.loads(text, parse_constant=_refuse_number, parse_float=_read_float)
    except (ValueError, RecursionError):
        return "the answer is not one JSON value"
    try:
        # An empty registry: a $ref never fetches anything.
        validator_for(schema)(schema, registry=Registry()).validate(value)
    except ValidationError as error:
        return f"{error.json_path}: {quoted(error.message)}"
    except Unresolvable as error:
        return f"the schema refers to something that is not in it: {quoted(str(error.ref))}"
    return None


def _refuse_number(text: str) -> float:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(text)


def _read_float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)
