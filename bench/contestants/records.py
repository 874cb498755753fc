"""What a measurement leaves in its file: one JSON line for each unit of work, with every answer in it.

A unit whose line is there is not done again. Lines hold questions and answers, not figures, so that all figures can be
counted anew when a measure has changed.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bench.contestants.identity import RecipeUsed
from shared.measures import outdated, right, rightly_abstained
from shared.messages import Answer, Question


class Asked(BaseModel):
    """A question with its answer. `kind` is what it asks after, `fact` which fact of which story."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    fact: str = ""
    question: Question
    answer: Answer

    @property
    def right(self) -> float | None:
        """1 or 0: whether it is right, which is to abstain where nothing answers; None where it was not asked."""
        if self.answer.status == "skipped":
            return None
        if self.question.references == ():
            return rightly_abstained.score(self.question, self.answer)
        return right.score(self.question, self.answer)

    @property
    def right_unruled(self) -> float | None:
        """The same of what the model said before a rule of abstention kept it back."""
        if not self.answer.withheld:
            return self.right
        said = self.answer.model_copy(update={"status": "answered", "text": self.answer.withheld})
        return self.model_copy(update={"answer": said}).right

    @property
    def says_old(self) -> float | None:
        """1 where it says what later news made wrong; None where nothing was."""
        return outdated.score(self.question, self.answer)

    @property
    def seconds(self) -> float:
        return (self.answer.retrieval_ms + self.answer.generation_ms) / 1000


class Corrected(BaseModel):
    """A corrected fact asked for alone, `seconds` after its correction was handed over, asking included."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    seconds: float
    asked: Asked


class WireUnit(BaseModel):
    """One wire, recipe and seed, or with neither the base on that wire. Perplexity is of new stories.

    `wire_digest` is of the wire's knobs, `setup` of model, settings and number of questions: units in which one of them
    differs are not counted together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    part: Literal["wire"] = "wire"
    wire: str
    wire_digest: str
    wordings: int
    setup: str
    recipe: RecipeUsed | None = None
    seed: int | None
    asked: Sequence[Asked] = Field(description="`answer.arm` says by whom")
    nats: float
    nats_tokens: float
    training_tokens: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: float | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return wire_key(self.news, self.setup, self.recipe, self.seed)

    @property
    def news(self) -> str:
        """The wire by name and digest."""
        return f"{self.wire}@{self.wire_digest}"


class DriftUnit(BaseModel):
    """One contestant after one edition of one stream of news.

    `setup` is a digest of model, settings, arms and number of questions. `recipe` is what it learns by, if it learns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    part: Literal["drift"] = "drift"
    stream: str
    setup: str
    edition: int
    contestant: str
    changes_weights: bool
    recipe: RecipeUsed | None = None
    seconds: float
    tokens: int
    held_bytes: int
    peak_mib: int | None
    documents: int = Field(description="that the edition published")
    asked: Sequence[Asked]
    corrected: Sequence[Corrected]

    @property
    def key(self) -> tuple[str, ...]:
        return drift_key(self.stream, self.setup, self.edition, self.contestant, self.recipe)


Unit = WireUnit | DriftUnit
_UNIT: TypeAdapter[Unit] = TypeAdapter(Unit)


def wire_key(news: str, setup: str, recipe: RecipeUsed | None, seed: int | None) -> tuple[str, ...]:
    """What a unit of the wires part is known by; the name of a recipe does not count, what it says does."""
    return "wire", news, setup, recipe.digest if recipe else "", str(seed)


def drift_key(stream: str, setup: str, edition: int, contestant: str, recipe: RecipeUsed | None) -> tuple[str, ...]:
    """What a unit of the drift part is known by."""
    return "drift", stream, setup, str(edition), contestant, recipe.digest if recipe else ""


def short(answer: Answer) -> Answer:
    """An answer without its passages, which the file would hold many times."""
    return answer.model_copy(update={"evidence_texts": (), "evidence_titles": (), "evidence_labels": ()})


def read(file: Path) -> list[Unit]:
    """The units of a file, none where there is no file. A last line that a kill cut off is no unit.

    Of two units with one key the later one counts: files of two processes may be put together.

    Raises ValueError that names the line which is wrong.
    """
    if not file.is_file():
        return []
    units: dict[tuple[str, ...], Unit] = {}
    written = file.read_bytes()
    for number, line in enumerate(written[: written.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            unit = _UNIT.validate_json(line)
        except ValueError as error:
            raise ValueError(
                f"{file}:{number}: no unit of this measurement (give --out another file): {error}"
            ) from error
        units[unit.key] = unit
    return [*units.values()]


def append(file: Path, unit: Unit) -> None:
    """Add a unit, for good: what a kill left of a line before is cut off first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as stream:
        stream.seek(0)
        stream.truncate(stream.read().rfind(b"\n") + 1)
        row = unit.model_dump(mode="json", exclude_defaults=True) | {"part": unit.part}
        stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
