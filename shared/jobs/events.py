"""What a job writes while it works: frozen events, one JSON object a line on its standard output.

Each job has a file in this folder with its events and its `Job`. The service that runs as the job writes them with
`write`; whoever started it gets them back, as the same types, from `shared.jobs.process.run`.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Value = TypeVar("Value")
IfKnown = Annotated[Value | None, Field(exclude_if=lambda value: value is None)]
"""Of a field that is not written where its value is None."""


class JobModel(BaseModel):
    """Anything inside an event: frozen, and without fields that nobody declared. A loss that is NaN stays NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class Event(JobModel):
    """One line of a job. A subclass adds `event: Literal[...]` with a default, which tells the job's events apart."""


Write = Callable[[Event], None]
Said = TypeVar("Said")
"""An event of one job, or the union of its events."""


@dataclass(frozen=True)
class Job(Generic[Said]):
    """A module that runs by itself, and the events that it writes: one model, or a union told apart by `event`."""

    module: str
    events: TypeAdapter[Said]

    def read(self, line: Mapping[str, Any]) -> Said:
        """The event that a line holds; ValidationError where it is none of this job's."""
        return self.events.validate_python(line)


def write(event: Event) -> None:
    """One JSON object on a line of its own, at once."""
    sys.stdout.write(event.model_dump_json() + "\n")
    sys.stdout.flush()
