"""Supplied pairs, looked through before anything is trained: what they teach, and which of them news has made wrong.

A pair whose answer stands in an earlier revision of its document and no longer in the current one is contradicted, and
left out. One whose answer stands in neither may be formed ("yes", a count), and is kept and counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.generator.tuning.data.choosing import Choice
from services.generator.tuning.data.material import group_of
from services.generator.tuning.data.stated import states
from services.generator.tuning.data.wordings import normal
from shared.jobs.dataset import CONTRADICTED, ELSEWHERE, RETRACTED, TWO_ANSWERS, UNKNOWN, DoubtfulPair, PairsReport
from shared.messages import TrainingPair
from shared.scoring.reading import asserts
from shared.stored import StoredDocument

SHOWN = 5
"""Pairs that are named for each reason."""

Earlier = Callable[[Sequence[str]], Mapping[str, Sequence[StoredDocument]]]
Doubts = Mapping[str, Sequence[TrainingPair]]


@dataclass(frozen=True)
class Supplied:
    """What came with the pairs: how many of them, the first ones, are a file's; and what was left out before.

    `replaced`: pairs of the file that an earlier line of it contradicts.
    """

    of_file: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    replaced: Sequence[TrainingPair] = ()


@dataclass(frozen=True)
class Checked:
    """The pairs that may be taught, and those that may not or are doubtful, by reason.

    `not_in_document` counts those that are kept although their document does not say them.
    """

    pairs: Sequence[TrainingPair]
    doubts: Doubts
    not_in_document: int


def checked(
    pairs: Sequence[TrainingPair], choice: Choice, earlier: Earlier, replaced: Sequence[TrainingPair]
) -> Checked:
    """Look at each pair of a document that may be learned."""
    silent = [pair for pair in pairs if pair.document_id in choice.live and not _says(choice.live, pair)]
    changed = {pair.document_id for pair in silent if choice.live[pair.document_id].revision.revision > 1}
    before = earlier(sorted(changed)) if changed else {}
    wrong, unclear = list[TrainingPair](), list[TrainingPair]()
    for pair in (pair for pair in silent if pair.document_id in changed):
        once = any(states(of, pair.question, pair.answer) for of in before.get(pair.document_id, ()))
        (wrong if once else unclear).append(pair)
    doubts = {
        CONTRADICTED: wrong,
        RETRACTED: [pair for pair in pairs if choice.reasons.get(pair.document_id) == RETRACTED],
        UNKNOWN: [pair for pair in pairs if pair.document_id not in choice.stored],
        TWO_ANSWERS: list(_two_answers([*pairs, *replaced])),
        ELSEWHERE: unclear,
    }
    contradicted = set(wrong)
    taught = [pair for pair in pairs if pair not in contradicted]
    return Checked(taught, doubts, len(silent) - len(wrong))


def report(
    supplied: Sequence[TrainingPair], of: Checked, learned: Iterable[TrainingPair], choice: Choice
) -> PairsReport:
    """All of it in numbers, and the first pairs of each doubt by name. `learned` are those of the training side."""
    facts: dict[str, set[str]] = defaultdict(set)
    count = 0
    for pair in learned:
        count += 1
        facts[group_of(pair)].add(normal(pair.question))
    documents = {pair.document_id for pair in supplied}
    return PairsReport(
        pairs=len(supplied),
        learned=count,
        facts=len(facts),
        wordings=dict(sorted(Counter(map(len, facts.values())).items())),
        documents=len(documents & choice.stored.keys()),
        unknown=len(documents - choice.stored.keys()),
        not_in_document=of.not_in_document,
        doubts={why: len(pairs) for why, pairs in of.doubts.items() if pairs},
        named=tuple(
            DoubtfulPair(why=why, document_id=pair.document_id, question=pair.question, answer=pair.answer)
            for why, pairs in of.doubts.items()
            for pair in pairs[:SHOWN]
        ),
    )


def _says(documents: Mapping[str, StoredDocument], pair: TrainingPair) -> bool:
    return states(documents[pair.document_id], pair.question, pair.answer)


def _two_answers(pairs: Sequence[TrainingPair]) -> Iterator[TrainingPair]:
    """Pairs that ask alike, about whatever document, and of which one answer is not the other in other words."""
    asked: dict[str, list[TrainingPair]] = defaultdict(list)
    for pair in pairs:
        asked[normal(pair.question)].append(pair)
    for alike in asked.values():
        if any(not _same(alike[0], other) for other in alike[1:]):
            yield from alike


def _same(first: TrainingPair, second: TrainingPair) -> bool:
    if normal(first.answer) == normal(second.answer):
        return True
    ours, theirs = first.answer, second.answer
    return bool(asserts(ours, [theirs], first.question).value or asserts(theirs, [ours], first.question).value)
