"""What every document is now, in a dictionary: the simple model that searches are held against by an adversary.

Every text and title carries a word of its own, so that evidence tells by its words which revision it shows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.messages import DocumentPublished, EvidenceFound, Question

Revisions = Mapping[str, int]  # the newest of each document
_OWN_WORD = re.compile(r"word\d+x")
FILLER = "the fair at the harbour is held again"


@dataclass
class Model:
    """The revisions of each document, numbered from 1 in the order they were published.

    Every time that a message states lies before the broker takes it.
    """

    history: dict[str, list[DocumentPublished]] = field(default_factory=dict)

    def publish(self, message: DocumentPublished) -> int:
        """Take in what was published; returns the document's newest revision, 0 where there is none."""
        known = self.history.setdefault(message.document_id, [])
        gone = not known or known[-1].op == "retract"
        if not gone if message.op == "retract" else replaces(message, known):
            known.append(message)
        return len(known)

    def of(self, document_id: str, revision: int) -> DocumentPublished:
        return self.history[document_id][revision - 1]

    def newest(self, document_id: str) -> DocumentPublished | None:
        known = self.history.get(document_id)
        return known[-1] if known else None

    @property
    def words(self) -> list[str]:
        """Every revision's own word, also of those that are gone."""
        said = (own_words(published.text) for known in self.history.values() for published in known)
        return sorted({word for words in said for word in words})


def replaces(message: DocumentPublished, known: Sequence[DocumentPublished]) -> bool:
    """Whether a document replaces what it was: not by an older state, nor by one that stood before and is no newer."""
    moment = message.first_seen_at or message.published_at
    stands = (known[-1].first_seen_at or known[-1].published_at) if known else None
    if moment and stands and moment != stands:
        return moment > stands
    return message not in known


def own_words(text: str) -> set[str]:
    return set(_OWN_WORD.findall(text))


def a_text(number: int, chunks: int = 1) -> str:
    """A text of about so many chunks of 60 words, with its own word in each."""
    return " ".join([f"word{number}x {FILLER}."] * (2 + 8 * (chunks - 1)))


@dataclass(frozen=True)
class Moment:
    """What stood around a question: `announced` before it was published, `before` and `after` it was answered.

    What is announced may be a retraction; what stands in the store is never one.
    """

    announced: Revisions
    before: Revisions
    after: Revisions

    def still(self, document_id: str) -> bool:
        return self.before.get(document_id) == self.after.get(document_id)

    def may_show(self, document_id: str, revision: int) -> bool:
        """Whether the store can have held it meanwhile: its revisions only rise.

        A document that was not there before or after may have come and gone in between, as one that is newer than
        what was announced.
        """
        lowest = self.before.get(document_id) or self.announced.get(document_id, 0) + 1
        return lowest <= revision <= self.after.get(document_id, revision)

    def ahead(self, model: "Model") -> bool:
        """Whether the store holds, or has lost, anything that is not announced."""
        live = {name: number for name, number in self.announced.items() if model.of(name, number).op == "upsert"}
        return live != self.before


def check(model: Model, evidence: EvidenceFound, moment: Moment, *, dense: bool, sparse: str, stale: bool) -> None:
    """Every promise about evidence from a dense list, a sparse list of that name ("" where there is none), or both."""
    assert evidence.stale == stale
    assert bool(evidence.note) == (not evidence.items)
    shown: dict[str, int] = {}
    asked = own_words(evidence.question.text)
    for item in evidence.items:
        assert shown.setdefault(item.document_id, item.revision) == item.revision, "two revisions of one document"
        assert item.revision >= moment.announced.get(item.document_id, 0), "older than what was announced"
        assert moment.may_show(item.document_id, item.revision), "not what is stored"
        published = model.of(item.document_id, item.revision)
        assert published.op == "upsert", "a retracted document"
        assert own_words(item.text) == own_words(published.text), "words of another revision"
        assert admitted(evidence.question, published), "outside filters, labels or as_of"
        if sparse in item.found_by:
            assert own_words(item.text) & asked, "found by words that it does not have"
    if not stale:
        _check_found(model, evidence, moment, dense=dense, sparse=sparse)


def _check_found(model: Model, evidence: EvidenceFound, moment: Moment, *, dense: bool, sparse: str) -> None:
    """What was announced is there, on the dense list and, where the question has its word, on the sparse one.

    Where the store is ahead of the announcement, the document is there if both revisions may be.
    """
    asked = own_words(evidence.question.text)
    for document_id, announced in moment.announced.items():
        stored = moment.before.get(document_id, 0)
        of = [model.of(document_id, revision) for revision in {announced, stored} if revision]
        settled = moment.still(document_id) and stored >= announced
        if not settled or not all(
            published.op == "upsert" and admitted(evidence.question, published) for published in of
        ):
            continue
        worded = all(own_words(published.text) <= asked for published in of)
        held = [item.found_by for item in evidence.items if item.document_id == document_id]
        if dense or worded:
            assert held, f"{document_id} was announced and is not found"
        if stored == announced:
            lists = {"dense"} if dense else set()
            lists |= {sparse} if worded and sparse else set()
            assert all(lists <= set(found_by) for found_by in held), f"{document_id} is not on each of {lists}"


def admitted(question: Question, document: DocumentPublished) -> bool:
    """Whether a question may be shown a document, said once more and otherwise than in the sources."""
    wanted, published = question.filters, document.published_at
    seen = document.first_seen_at or published
    assert published is not None
    assert seen is not None
    refused = [
        bool(wanted.sources) and document.source not in wanted.sources,
        bool(wanted.tags) and not common(wanted.tags, document.tags),
        bool(wanted.languages) and document.language not in wanted.languages,
        wanted.published_from is not None and published < wanted.published_from,
        wanted.published_to is not None and published > wanted.published_to,
        question.as_of is not None and seen > question.as_of,
        bool(document.labels) and not common(document.labels, question.labels),
    ]
    return not any(refused)


def common(some: Sequence[str], others: Sequence[str]) -> set[str]:
    return set(some) & set(others)
