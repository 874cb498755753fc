"""The form that an asker wants an answer in, and which JSON schemas can be asked for."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic import Field, field_validator

from shared.messages.schema import PublicMessage

LONGEST_SCHEMA, DEEPEST_SCHEMA = 2_000, 32
"""In characters and in brackets. A reader of JSON takes 200, and every message around a question adds some."""
KEYWORDS = frozenset(
    """$schema title description default examples type enum const properties required additionalProperties
    minProperties maxProperties items prefixItems minItems maxItems minLength maxLength minimum maximum
    exclusiveMinimum exclusiveMaximum anyOf oneOf allOf not""".split()  # noqa: SIM905
)
_ONE, _LIST = {"items", "additionalProperties", "not"}, {"prefixItems", "anyOf", "oneOf", "allOf"}


class Form(PublicMessage):
    """What an answer must look like; what is left out is free."""

    max_words: int | None = Field(default=None, ge=1, le=10_000, description="words are separated by white space")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$", description="ISO 639-1")
    json_schema: dict[str, Any] | None = Field(
        default=None, description="JSON Schema 2020-12 without references and regular expressions"
    )

    @field_validator("json_schema")
    @classmethod
    def _can_be_checked(cls, schema: dict[str, Any] | None) -> dict[str, Any] | None:
        if schema is not None and (depth := _depth(schema)) > DEEPEST_SCHEMA:
            raise ValueError(f"the JSON schema is nested {depth} deep, at most {DEEPEST_SCHEMA}: make it flatter")
        if schema is not None and (problem := _problem(_written(schema))):
            raise ValueError(problem)
        return schema


def _written(schema: dict[str, Any]) -> str:
    """As JSON. An endless number would be written as null, and the schema be another one from then on."""
    try:
        return json.dumps(schema, allow_nan=False)
    except ValueError:
        raise ValueError("a number in the JSON schema is endless or none, and JSON has no word for it") from None


def _depth(value: object) -> int:
    """How many brackets that are not empty stand in each other; without a call for each."""
    depth, level = 0, [value]
    while level := [part for parts in level if isinstance(parts, dict | list) for part in _parts(parts)]:
        depth += 1
    return depth


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


@lru_cache(maxsize=256)
def _problem(schema: str) -> str | None:
    """What is wrong with a schema, or None. Anyone may ask, so that only what is cheap to check is taken.

    A reference could lead to another server or multiply the work without end, a regular expression take for ever.
    """
    from jsonschema import Draft202012Validator, SchemaError

    if len(schema) > LONGEST_SCHEMA:
        return f"a JSON schema may have {LONGEST_SCHEMA:,} characters, this one has {len(schema):,}: leave some out"
    parsed = json.loads(schema)
    try:
        Draft202012Validator.check_schema(parsed)
    except SchemaError as error:
        return f"no JSON schema: {error.message} at {error.json_path}"
    if unknown := sorted(_unknown(parsed)):
        return f"the JSON schema uses {', '.join(unknown)}: only {', '.join(sorted(KEYWORDS))} can be checked"
    return None


def _unknown(schema: Any) -> set[str]:
    """Keywords of a valid schema and of the schemas in it that are not among KEYWORDS."""
    if not isinstance(schema, dict):
        return set()
    inner = [part for key, part in schema.items() if key in _ONE]
    inner += [part for key, parts in schema.items() if key in _LIST for part in parts]
    inner += schema.get("properties", {}).values()
    return (schema.keys() - KEYWORDS).union(*map(_unknown, inner))
