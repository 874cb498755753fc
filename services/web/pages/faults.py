"""What is wrong with what was sent, in sentences beside its fields and above them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from services.web.limits import TooOftenError
from services.web.live import sending
from services.web.reports import made
from services.web.safety import ForeignFormError, FormTooLargeError, OldFormError
from services.web.signing.people import NotAllowedError
from services.web.signing.ways import NotSignedInError
from shared.records import bounded

STATUS: Mapping[type[Exception], int] = {
    NotSignedInError: 401, NotAllowedError: 403, ForeignFormError: 403, TooOftenError: 429,
    OldFormError: 409, FormTooLargeError: 413,
    sending.BusyError: 409, made.BusyError: 409, ConnectionError: 503, ValueError: 422, OverflowError: 422,
}  # fmt: skip
SAID = {
    "string_too_short": "Write something here.",
    "string_too_long": "At most {max_length:,} characters.",
    "too_long": "At most {max_length:,} of them.",
    "datetime": "Write a moment such as 2026-05-31T12:00Z, or leave it empty.",
    "literal_error": "Choose one of the list.",
    "int_": "Write a whole number.",
    "bool_": "Write 1 or 0.",
    "missing": "It is missing.",
    "json_invalid": "This is no JSON.",
    "model_attributes_type": "Send JSON, with content-type: application/json.",
}
"""Kinds of fault, by how pydantic names them or begins to, in the words of a page."""
MOST = 20
"""Faults that are told of one form."""


class FieldError(ValueError):
    """What is wrong with one field of a form."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


@dataclass(frozen=True)
class Faults:
    """`fields`: name of a field and a sentence. `whole`: about no field; "" where there is none.

    `names`: of each field of the form, as the page calls it.
    """

    status: int
    fields: Sequence[tuple[str, str]] = ()
    whole: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_field(self) -> dict[str, str]:
        """Name of a field -> what is wrong with it; of several faults, how many stand above the form."""
        counts = Counter(name for name, _ in self.fields)
        return {
            name: why if counts[name] == 1 else f"{counts[name]} faults, listed above." for name, why in self.fields
        }


def status_of(error: Exception) -> int:
    """The status with which a page answers an error of these kinds."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def faults_of(error: Exception, names: Mapping[str, str]) -> Faults:
    """The faults of a form with these fields, which an error of the kinds of `STATUS` tells."""
    status = status_of(error)
    if isinstance(error, FieldError) and error.name in names:
        return Faults(status, [(error.name, sentence(str(error)))], names=names)
    if not isinstance(error, ValidationError):
        return Faults(status, whole=sentence(str(error)), names=names)
    own, rest = dict[str, str](), list[str]()
    for path, why in placed(error.errors(include_input=False, include_url=False)):
        name = next((part for part in path if part in names), None)
        if name is None:
            rest.append(why)
        else:
            own.setdefault(name, why)
    return Faults(status, [*own.items()], bounded(" ".join(dict.fromkeys(rest))), names)


def placed(errors: Sequence[Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where each of pydantic's faults lies, and a sentence on it that has no value of a field."""
    for fault in errors[:MOST]:
        said = next((said for kind, said in SAID.items() if fault["type"].startswith(kind)), None)
        why = fault["msg"].removeprefix("Value error, ") if said is None else said.format_map(fault.get("ctx", {}))
        yield tuple(map(str, fault["loc"])), sentence(bounded(why))


def sentence(said: str) -> str:
    """With a capital letter in front and a full stop behind, where it ends in no other sign."""
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?', '!', ':', '…')) else '.'}" if said else ""
