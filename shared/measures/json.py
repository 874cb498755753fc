"""Whether the answer is JSON that is valid by the asked schema (JSON Schema 2020-12), as `jsonschema` judges it.

Nothing around the JSON is forgiven, no code fence either: a programme would have to read it. What is true is another
matter. NaN and Infinity are no JSON, nor is what is longer than 4,000 characters or nested too deeply to be read, or
has so many values that those times the schema's are over 10,000: checking could take seconds.
"""

import json
from functools import lru_cache
from typing import Any

from shared.messages import Answer, Question
from shared.scoring.bounds import LONGEST
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("valid JSON", version="1")
MOST_CHECKS = 10_000


def score(question: Question, answer: Answer) -> float | None:
    """1.0 for valid JSON, else 0.0, also where no answer was given; None where no schema was asked for."""
    schema = question.asked_schema
    if schema is None:
        return None
    if answer.status != "answered" or len(answer.text) > LONGEST:
        return 0.0
    try:
        value = json.loads(answer.text, parse_constant=_refused)
        if _size(value) * _size(schema) > MOST_CHECKS:
            return 0.0
        return float(_validator(json.dumps(schema)).is_valid(value))
    except (ValueError, ArithmeticError, RecursionError):
        return 0.0


def _size(value: Any) -> int:
    """How many values there are, those inside counted."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    """The registry is empty, so that no reference is ever fetched."""
    from jsonschema import Draft202012Validator
    from referencing import Registry

    return Draft202012Validator(json.loads(schema), registry=Registry())


def build(_: EncoderSettings) -> Metric:
    from importlib.metadata import version

    return Metric(f"{MEASURE.version}:jsonschema-{version('jsonschema')}", score)
