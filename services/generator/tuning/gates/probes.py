"""What gates ask: questions with accepted answers, the packaged sets, and what earlier adapters were tried with."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.wordings import normal
from shared import lines

FILE = "probes.jsonl"
FOLDER = "services.generator.tuning.gates.sets"


class Probe(BaseModel):
    """A question; `accepted` is empty where abstaining is right. `about` is what it depends on: its document."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    question: str = Field(min_length=1)
    accepted: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    about: str = ""
    revision: int = 0

    @property
    def key(self) -> str:
        """The same for the same question about the same thing, in every run."""
        return hashlib.sha256(f"{self.about}\n{self.question}".encode()).hexdigest()[:16]


def drawn(probes: Iterable[Probe], most: int) -> list[Probe]:
    """At most so many, each question once; the same ones in every run, whatever else is among them."""
    return sorted({probe.key: probe for probe in probes}.values(), key=lambda probe: probe.key)[:most]


def learned(dataset: Dataset) -> list[Probe]:
    """The held-out wordings of learned facts."""
    return _probes(dataset, (example for example in dataset.probes if not example.abstains))


def trained(dataset: Dataset) -> list[Probe]:
    """Of each fact that has no wording held out, one in the very words of the training.

    Who cannot say these again has learned nothing; who can may have learned a sentence and not a fact.
    """
    asked = {probe.group for probe in dataset.probes}
    facts = {
        example.group: example
        for example in reversed(dataset.examples)
        if example.form == "closed_book" and example.group not in asked and example.group and not example.abstains
    }
    return _probes(dataset, facts.values())


def _probes(dataset: Dataset, examples: Iterable[Example]) -> list[Probe]:
    revisions = {of.document_id: of.revision for of in dataset.revisions}
    return [
        Probe(
            question=example.question,
            accepted=(example.answer,),
            choices=example.choices,
            about=example.document_ids[0],
            revision=revisions.get(example.document_ids[0], 0),
        )
        for example in examples
    ]


def declined(dataset: Dataset) -> list[Probe]:
    """Held-out questions that the data itself says have no answer."""
    unanswerable = [
        example
        for example in (*dataset.probes, *dataset.validation)
        if example.abstains and example.form == "closed_book"
    ]
    return [
        Probe(question=example.question, choices=example.choices, about=example.document_ids[0])
        for example in unanswerable
    ]


def still_true(probes: Iterable[Probe], dataset: Dataset) -> Iterator[Probe]:
    """Older probes whose document was neither corrected nor retracted since."""
    revisions = {of.document_id: of.revision for of in dataset.revisions}
    gone = {document.document_id for document in dataset.unlearn}
    for probe in probes:
        if probe.about not in gone and revisions.get(probe.about, probe.revision) == probe.revision:
            yield probe


def packaged(name: str) -> list[Probe]:
    """`general` or `unanswerable`, as they come with the project."""
    with resources.as_file(resources.files(FOLDER) / f"{name}.jsonl") as file:
        return lines.read_all(file, Probe)


def read(file: Path) -> list[Probe]:
    """Probes from a file of JSON lines. Raises ValueError that names the line which is wrong."""
    return lines.read_all(file, Probe)


def write(folder: Path, probes: Sequence[Probe]) -> None:
    """Leave them beside the weights, for the gates of later adapters."""
    written = [probe.model_dump_json(exclude_defaults=True) + "\n" for probe in drawn(probes, len(probes))]
    (folder / FILE).write_text("".join(written), encoding="utf-8")


def of_earlier(folder: Path) -> list[Probe]:
    """What an earlier adapter was tried with; nothing where it left nothing."""
    file = folder / FILE
    return read(file) if file.is_file() else []


def clusters(probes: Collection[Probe]) -> dict[str, str]:
    """Question -> what it depends on: questions about one document are no independent ones."""
    return {probe.key: probe.about or probe.key for probe in probes}


def facts(probes: Collection[Probe]) -> dict[str, str]:
    """Question -> its fact: what is asked about one document and answered alike is right or wrong together.

    For a training's own facts, which are all there are: no document stands for others that were not drawn.
    """
    return {probe.key: f"{probe.about}: {' | '.join(map(normal, probe.accepted))}" for probe in probes}
