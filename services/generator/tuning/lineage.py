"""Everything that an adapter came from: enough to train it again and to say what it cannot know."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer

from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.learned import LINEAGE, LearnedRevision
from services.generator.tuning.recipe import Recipe
from services.generator.tuning.training.record import LIBRARIES
from services.generator.tuning.training.tokens import Prompts
from shared.jobs.dataset import Unlearned
from shared.messages import AdapterAnnounced


def _without_location(adapter: AdapterAnnounced) -> dict[str, Any]:
    return adapter.model_dump(mode="json", exclude={"location"})


class Lineage(BaseModel):
    """What `lineage.json` holds. The adapter is written without its location, which changes when it is copied.

    `earlier` are revisions that were learned by the trainings that this one went on from, and not again by it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    adapter: Annotated[AdapterAnnounced, PlainSerializer(_without_location)]
    documents: tuple[LearnedRevision, ...]
    earlier: tuple[LearnedRevision, ...]
    held_out: tuple[LearnedRevision, ...]
    left_out: Mapping[str, int]
    documents_left_out: Mapping[str, int]
    previous: str
    unlearn: tuple[Unlearned, ...]
    recipe: Recipe
    libraries: Mapping[str, str]
    prompts: tuple[str, ...]


def of(adapter: AdapterAnnounced, dataset: Dataset, recipe: Recipe, *, prompts: Prompts) -> Lineage:
    """The lineage of an adapter: every revision learned, and everything that was not."""
    return Lineage(
        adapter=adapter,
        documents=tuple(map(LearnedRevision.of, dataset.revisions)),
        earlier=dataset.earlier if recipe.goes_on else (),
        held_out=tuple(LearnedRevision.of(document.revision) for document in dataset.held_out),
        left_out=dataset.left_out,
        documents_left_out=dataset.documents_left_out,
        previous=dataset.previous,
        unlearn=dataset.unlearn,
        recipe=recipe,
        libraries={library: version(library) for library in LIBRARIES},
        prompts=(prompts.closed_book.version, prompts.rag.version),
    )


def write(folder: Path, lineage: Lineage) -> None:
    """Write it beside the weights."""
    text = json.dumps(lineage.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (folder / LINEAGE).write_text(text + "\n", encoding="utf-8")
