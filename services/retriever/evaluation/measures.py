"""Measures of retrieval by ir_measures over runs of documents, and the TREC files that other tools read.

A document counts once, where its best chunk stands. trec_eval orders by score, in single precision, and breaks ties
by document id, which other tools do not; so that every tool sees the order of the search, the scores of a run fall
strictly: one that does not is set to the next smaller number.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import AP, RR, Qrel, R, ScoredDoc, Success, nDCG

from services.retriever.ports import Ranked
from shared.collections.collection import Qrels

MEASURES = {
    "Hits@1": Success @ 1, "Hits@5": Success @ 5, "Hits@10": Success @ 10, "MRR@10": RR @ 10,
    "Recall@10": R @ 10, "nDCG@10": nDCG @ 10, "MAP": AP,
}  # fmt: skip
DocumentScores = Sequence[tuple[str, float]]  # document id and score, best first, scores falling strictly
Run = Mapping[str, DocumentScores]  # by question id


def by_document(ranked: Iterable[Ranked]) -> DocumentScores:
    """The documents of a list of chunks, best first, each with the score of its best chunk."""
    best: dict[str, float] = {}
    for hit in ranked:
        best.setdefault(hit.candidate.document_id, hit.score)
    return list(zip(best, falling(list(best.values())), strict=True))


def falling(scores: Sequence[float]) -> list[float]:
    """Scores in single precision that fall strictly, changed as little as that takes."""
    fallen: list[np.float32] = []
    for score in map(np.float32, scores):
        fallen.append(min(score, np.nextafter(fallen[-1], np.float32(-np.inf))) if fallen else score)
    return [float(score) for score in fallen]


def values(run: Run, qrels: Qrels) -> dict[str, list[float]]:
    """Each measure's value for every question of the qrels, in their order; 0 where the run found nothing."""
    names = {measure: name for name, measure in MEASURES.items()}
    by_measure: dict[str, dict[str, float]] = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), list(_qrels(qrels)), list(_scored(run, qrels))):
        by_measure[names[metric.measure]][metric.query_id] = float(metric.value)
    return {name: list(of_questions.values()) for name, of_questions in by_measure.items()}


def write_run(file: Path, name: str, run: Run) -> None:
    """A run in TREC's format: question, Q0, document, rank from 1, score, name. Ids may not hold blanks."""
    lines = (
        f"{_word(question)} Q0 {_word(document)} {rank} {score!r} {name}"
        for question, documents in run.items()
        for rank, (document, score) in enumerate(documents, start=1)
    )
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_qrels(file: Path, qrels: Qrels) -> None:
    """Judgements in TREC's format: question, 0, document, 1."""
    lines = (f"{_word(qrel.query_id)} 0 {_word(qrel.doc_id)} {qrel.relevance}\n" for qrel in _qrels(qrels))
    file.write_text("".join(lines), encoding="utf-8")


def _qrels(qrels: Qrels) -> Iterable[Qrel]:
    return (Qrel(question, document, 1) for question, documents in qrels.items() for document in documents)


def _scored(run: Run, qrels: Qrels) -> Iterable[ScoredDoc]:
    return (ScoredDoc(question, *scored_document) for question in qrels for scored_document in run.get(question, ()))


def _word(name: str) -> str:
    """An id as TREC's files can hold it; raises ValueError for one with blanks."""
    if name.split() != [name]:
        raise ValueError(f"{name!r} cannot stand in a TREC file: an id there has no blanks")
    return name
