"""A value of a JSON schema, for a request that asks for one. Always the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_DEPTH = 20
_SIMPLE: Mapping[str, Any] = {
    "integer": 42,
    "number": 4.2,
    "boolean": True,
    "null": None,
}


def sample_value(schema: Any, *, name: str = "demo", depth: int = 0) -> Any:
    """A value for the parts of a schema that the demo understands: types, enums, references
    within it."""
    if not isinstance(schema, dict) or depth > _MOST_DEPTH:
        return None
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            return sample_value(schema[key][0], name=name, depth=depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    match kind:
        case "object":
            fields = schema.get("properties", {})
            return {key: sample_value(fields[key], name=key, depth=depth + 1) for key in fields}
        case "array":
            item = sample_value(schema.get("items", {}), name=name, depth=depth + 1)
            return [item] * max(2, schema.get("minItems", 0))
        case _:
            return _SIMPLE.get(str(kind), f"a {name.replace('_', ' ')}")
