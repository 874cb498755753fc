"""An explanation of evidence as tables for people: what was given to the models, and what came next."""

from collections.abc import Sequence

from services.console import output
from shared.jobs.explain import CandidateExplained, EvidenceExplained, ListPlace

SHORT = 110


def show(explanation: EvidenceExplained) -> None:
    """How it was searched, then the evidence, then the best that did not become evidence."""
    way = " -> ".join([explanation.search, *explanation.rankers])
    candidates = f"{explanation.candidates} candidates as of {explanation.at}"
    output.say(f"{way}, encoder {explanation.encoder}: {candidates}.")
    if (first := explanation.queries[0]) != explanation.question.text:
        output.say(f"searched for: {first}")
    for query in explanation.queries[1:]:
        output.say(f"also asked: {query}")
    if explanation.note:
        output.say(f"No evidence: {explanation.note}.")
    _table("evidence", explanation.evidence, explanation.lists)
    _table("not evidence", explanation.others, explanation.lists)


def _table(title: str, rows: Sequence[CandidateExplained], lists: Sequence[str]) -> None:
    if rows:
        columns = ["", *lists, "age", "trust", "passage"]
        output.table(f"\n{title}", columns, [_cells(row, lists) for row in rows], ["", *lists, "age", "trust"])


def _cells(row: CandidateExplained, lists: Sequence[str]) -> list[str]:
    places = [_place(row.lists.get(name)) for name in lists]
    trust = "" if row.trust is None else f"{row.trust:.2f}"
    return [str(row.place), *places, f"{row.age_days:.1f} d", trust, _passage(row)]


def _place(place: ListPlace | None) -> str:
    """Rank and score on one list, or that the chunk is not on it."""
    return f"{place.rank}: {place.score:.3f}" if place else "-"


def _passage(row: CandidateExplained) -> str:
    """Who says it and how it begins; of one that was left out also why."""
    named = f"{row.document_id} r{row.revision} #{row.position}"
    where = ", ".join([named, *([row.source] if row.source else [])])
    text = " ".join((row.text or "").split())
    lines = [where, text if len(text) <= SHORT else f"{text[:SHORT]}…", row.left_out or ""]
    return "\n".join(line for line in lines if line)
