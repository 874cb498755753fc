"""Why supplied pairs are not learned, counted by reason, and the errors of a run that would learn nothing of them."""

from collections import Counter
from collections.abc import Sequence

from services.generator.tuning.data.checking import Checked, Supplied
from services.generator.tuning.data.choosing import Choice
from services.generator.tuning.data.eligible import TOO_NEW
from shared.jobs.dataset import CONTRADICTED, RETRACTED, UNKNOWN
from shared.messages import TrainingPair
from shared.source_files import DataError

HELD_OUT = "document held out for validation"
NAMED = 3
WHAT_TO_DO = {
    UNKNOWN: "`document_id` must be the id of a document in the store: publish the documents first, or correct the ids",
    RETRACTED: "take out pairs about retracted documents",
    CONTRADICTED: "write pairs with what the documents say now",
    TOO_NEW: "choose a later --cutoff",
    HELD_OUT: "supply pairs about more documents, or lower `validation` in the recipe",
}


def lost(choice: Choice, pairs: Sequence[TrainingPair], of: Checked, supplied: Supplied) -> Counter[str]:
    """Pairs that are not trained on, by reason."""
    counted = Counter(choice.reason(pair.document_id) for pair in pairs if pair.document_id not in choice.live)
    held_out = choice.taught(choice.live, held_out=True)
    if count := sum(pair.document_id in held_out for pair in of.pairs):
        counted[HELD_OUT] = count
    if wrong := len(of.doubts[CONTRADICTED]):
        counted[CONTRADICTED] = wrong
    return counted + Counter(supplied.left_out)


def require_learned(choice: Choice, of: Checked, file: Sequence[TrainingPair]) -> None:
    """Raises DataError where a file of pairs was named and none of it can be learned: nothing else is learned then."""
    held_out = choice.taught(choice.live, held_out=True)
    taught = {pair.pair_id for pair in of.pairs if pair.document_id in choice.live.keys() - held_out.keys()}
    if not file or any(pair.pair_id in taught for pair in file):
        return
    reasons = lost(choice, file, Checked([pair for pair in file if pair in of.pairs], of.doubts, 0), Supplied())
    said = ", ".join(f"{count} with {why}" for why, count in reasons.items())
    names = ", ".join(dict.fromkeys(pair.document_id for pair in file[:NAMED]))
    todo = "; ".join(WHAT_TO_DO[why] for why in reasons if why in WHAT_TO_DO)
    raise DataError(f"none of the {len(file)} pairs can be learned: {said} (first of all {names}); {todo}")


def nothing(choice: Choice, counted: Counter[str]) -> str:
    """The error of a run that has nothing to learn at all."""
    held_out = len(choice.taught(choice.live, held_out=True))
    reasons = ", ".join(f"{count} with {why}" for why, count in counted.items()) or "no pairs left out"
    return (
        f"nothing to learn: {len(choice.stored)} documents in the store, {len(choice.live)} of them live and up to the "
        f"cutoff ({held_out} held out); {reasons}"
    )
