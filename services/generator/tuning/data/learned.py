"""What a later run knows of an earlier adapter: which revisions it learned, when it was made, and for which track."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.adapters import registry
from shared.messages import Revision
from shared.messages.schema import Moment
from shared.records import reason_of

LINEAGE = "lineage.json"


class LearnedRevision(BaseModel):
    """A revision as lineages and exports name it."""

    model_config = ConfigDict(frozen=True)
    document_id: str
    revision: int
    content_hash: str

    @classmethod
    def of(cls, revision: Revision) -> "LearnedRevision":
        """The name of a revision."""
        return cls(document_id=revision.document_id, revision=revision.revision, content_hash=revision.content_hash)


class EarlierAdapter(BaseModel):
    """What is read of the adapter itself."""

    model_config = ConfigDict(frozen=True)
    created_at: Moment
    track: str = registry.TRACK


class EarlierTraining(BaseModel):
    """What is read of the training part of its recipe."""

    model_config = ConfigDict(frozen=True)
    strength: float = 1.0


class EarlierRecipe(BaseModel):
    """What is read of its recipe."""

    model_config = ConfigDict(frozen=True)
    training: EarlierTraining = EarlierTraining()


class EarlierLineage(BaseModel):
    """What is read of a `lineage.json`. Whatever else stands there, or did in older ones, is passed over."""

    model_config = ConfigDict(frozen=True)
    adapter: EarlierAdapter
    documents: tuple[LearnedRevision, ...]
    earlier: tuple[LearnedRevision, ...] = ()
    recipe: EarlierRecipe = EarlierRecipe()

    @property
    def learned(self) -> dict[str, LearnedRevision]:
        """By document id: what this training learned, before what the trainings did that it went on from."""
        return {of.document_id: of for of in (*self.earlier, *self.documents)}


def read(file: Path) -> EarlierLineage:
    """Raises ValueError that names the file, and the field that is missing or wrong."""
    try:
        return EarlierLineage.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ValueError(f"{file}: {reason_of(error)}") from error
    except ValueError as error:
        raise ValueError(f"{file} is not JSON: {error}") from error


def strength_of(folder: Path) -> float:
    """How much of what was trained an adapter's weights were kept at; 1 where nothing says so."""
    file = folder / LINEAGE
    return read(file).recipe.training.strength if file.is_file() else 1.0
