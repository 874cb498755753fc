"""Which documents are learned, which are held out, and why the others are neither."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.generator.tuning.data import eligible, split
from services.generator.tuning.data.eligible import Verdict
from services.generator.tuning.data.material import Previous
from services.generator.tuning.data.plan import DataPlan
from shared.jobs.dataset import UNKNOWN
from shared.stored import StoredDocument

Documents = Mapping[str, StoredDocument]


@dataclass(frozen=True)
class Choice:
    """The documents of the store by what becomes of them; `places` decided their sides.

    `learnable` may be learned, `live` are to be learned in this run: the same, unless only what is new is learned.
    `verdict` says of any revision why it must not be learned, whatever was learned before.
    """

    stored: Documents
    learnable: Documents
    live: Documents
    sides: Mapping[str, split.Side]
    places: Mapping[str, float]
    reasons: Mapping[str, str]
    verdict: Verdict

    def taught(self, documents: Documents, *, held_out: bool) -> Documents:
        """Those of the documents that are held out whole, or those that are not."""
        return {name: of for name, of in documents.items() if (self.sides[name] == "validation") is held_out}

    @property
    def probed(self) -> set[str]:
        """Documents of whose facts one wording is held out."""
        return {name for name, side in self.sides.items() if side == "probe"}

    def reason(self, document_id: str) -> str:
        """Why a document is not live."""
        return self.reasons.get(document_id, UNKNOWN)

    def left_out(self) -> dict[str, int]:
        """How many documents are not learned, by reason."""
        return dict(Counter(self.reasons.values()))


def choose(
    documents: Iterable[StoredDocument], plan: DataPlan, cutoff: datetime | None, previous: Previous | None
) -> Choice:
    """Sort the documents, in order of their ids."""
    stored = {of.revision.document_id: of for of in sorted(documents, key=lambda of: of.revision.document_id)}
    verdict = eligible.verdicts(plan, cutoff, previous)
    reasons = {name: verdict(of.revision) for name, of in stored.items()}
    able = eligible.verdicts(plan.model_copy(update={"documents": "all"}), cutoff, None)
    learnable = {name: of for name, of in stored.items() if able(of.revision) is None}
    return Choice(
        stored=stored,
        learnable=learnable,
        live={name: of for name, of in learnable.items() if reasons[name] is None},
        sides={name: split.side_of(of.revision, plan) for name, of in learnable.items()},
        places={name: split.place_of(of.revision, plan) for name, of in learnable.items()},
        reasons={name: reason for name, reason in reasons.items() if reason is not None},
        verdict=able,
    )
