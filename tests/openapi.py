"""Does an answer keep what OpenAPI says of it? The part of JSON Schema our description uses; anything else fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
KNOWN = {
    "title", "description", "type", "properties", "required", "items", "anyOf", "$ref", "default",
    "additionalProperties", "enum", "examples",
}  # fmt: skip


def faults(described: dict[str, Any], schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """Each place where `value` breaks `schema`, also properties nobody described."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        yield from faults(described, described["components"]["schemas"][name], value, path)
        return
    assert schema.keys() <= KNOWN, f"{path}: {schema.keys() - KNOWN} is not checked here"
    if "anyOf" in schema:
        tried = [list(faults(described, each, value, path)) for each in schema["anyOf"]]
        if all(tried):
            yield f"{path}: fits none of {len(tried)}: {tried[0][0]}"
        return
    wanted = schema.get("type")
    if wanted is None:
        return
    if not isinstance(value, TYPES[wanted]) or (isinstance(value, bool) and wanted in {"integer", "number"}):
        yield f"{path}: {value!r} is no {wanted}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if wanted == "array":
        for number, each in enumerate(value):
            yield from faults(described, schema["items"], each, f"{path}[{number}]")
    if wanted == "object":
        yield from _object(described, schema, value, path)


def _object(
    described: dict[str, Any], schema: dict[str, Any], value: dict[str, Any], path: str
) -> Iterator[str]:
    known, more = schema.get("properties", {}), schema.get("additionalProperties", False)
    yield from (f"{path}.{name}: missing" for name in schema.get("required", []) if name not in value)
    for name, each in value.items():
        if name in known:
            yield from faults(described, known[name], each, f"{path}.{name}")
        elif isinstance(more, dict):
            yield from faults(described, more, each, f"{path}.{name}")
        elif not more:
            yield f"{path}.{name}: described nowhere"


def answer_schema(described: dict[str, Any], path: str, status: int) -> dict[str, Any]:
    """The schema of an answer of GET `path`, as it stands in the description."""
    answers = described["paths"][path]["get"]["responses"]
    found: dict[str, Any] = answers[str(status)]["content"]["application/json"]["schema"]
    return found
