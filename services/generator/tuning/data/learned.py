"""What a later run knows of an earlier adapter: which revisions it learned, and when it was made."""

from pydantic import BaseModel, ConfigDict

from shared.messages import Revision
from shared.messages.schema import Moment


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


class EarlierLineage(BaseModel):
    """What is read of a `lineage.json`. Whatever else stands there, or did in older ones, is passed over."""

    model_config = ConfigDict(frozen=True)
    adapter: EarlierAdapter
    documents: tuple[LearnedRevision, ...]
