"""What is wrong with a form that was sent, beside its fields: it comes back as it was typed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.web.safety import ForeignFormError, TooLargeError, TooOftenError
from services.web.signing.people import NotAllowedError
from services.web.signing.ways import NotSignedInError
from shared.records import bounded, reason_of

STATUS: Mapping[type[Exception], int] = {
    NotSignedInError: 401, NotAllowedError: 403, ForeignFormError: 403, TooOftenError: 429, TooLargeError: 413,
    ConnectionError: 503, ValueError: 422, OverflowError: 422,
}  # fmt: skip
SAID = {
    "string_too_short": "Write something here.",
    "string_too_long": "At most {max_length:,} characters.",
    "too_long": "At most {max_length:,} of them.",
    "datetime": "Write a moment such as 2026-05-31T12:00Z, or leave it empty.",
    "literal_error": "Choose one of the list.",
}
"""Kinds of fault, by how pydantic names them or begins to, in the words of a page."""


class FieldError(ValueError):
    """What is wrong with one field of a form."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


@dataclass(frozen=True)
class Faults:
    """`by_field`: name of a field -> a sentence. `whole`: about no field of its own; "" where there is none."""

    status: int
    by_field: Mapping[str, str] = field(default_factory=dict)
    whole: str = ""

    @property
    def first(self) -> str:
        """The field to look at first."""
        return next(iter(self.by_field), "")


def status_of(error: Exception) -> int:
    """The status with which a page answers an error of these kinds."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def why(error: Exception) -> str:
    """What to tell about it."""
    return reason_of(error) if isinstance(error, ValidationError) else str(error)


def faults_of(error: Exception, names: Collection[str]) -> Faults:
    """The faults of a form with these fields, which an error of the kinds of `STATUS` tells."""
    if isinstance(error, FieldError) and error.name in names:
        return Faults(status_of(error), {error.name: str(error)})
    if not isinstance(error, ValidationError):
        return Faults(status_of(error), whole=str(error))
    by_field, rest = dict[str, str](), list[str]()
    for fault in error.errors(include_input=False, include_url=False):
        name = next((str(part) for part in fault["loc"] if part in names), None)
        if name is None:
            rest.append(_sentence(fault))
        else:
            by_field.setdefault(name, _sentence(fault))
    return Faults(status_of(error), by_field, bounded(" ".join(rest)))


def _sentence(fault: ErrorDetails) -> str:
    said = next((said for kind, said in SAID.items() if fault["type"].startswith(kind)), None)
    if said is not None:
        return said.format_map(fault.get("ctx", {}))
    return bounded(fault["msg"].removeprefix("Value error, ").rstrip(".")) + "."
