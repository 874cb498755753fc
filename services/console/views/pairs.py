"""Supplied pairs in words: what they teach, and which of them should be looked at."""

from collections.abc import Iterator

from shared.jobs.dataset import CONTRADICTED, ELSEWHERE, RETRACTED, TWO_ANSWERS, UNKNOWN, DoubtfulPair, PairsReport
from shared.lab.report.phrasing import counted

TODO = {
    CONTRADICTED: "left out, since its document was corrected: write it with the new answer",
    RETRACTED: "left out, since its document was retracted: take it out of the file",
    UNKNOWN: "left out: publish the document, or correct `document_id`",
    TWO_ANSWERS: "taught both ways, or by its first line where both are about one document: keep one",
    ELSEWHERE: "taught as it is: look whether it still holds",
}


def said(report: PairsReport) -> Iterator[str]:
    """Sentences: the facts and their wordings, the documents, then each doubt with the first pairs that have it."""
    wordings = [f"{facts} in {counted(count, 'wording')}" for count, facts in report.wordings.items()]
    facts = counted(report.facts, "fact") + (f" ({', '.join(wordings)})" if wordings else "")
    yield f"{report.learned} of {counted(report.pairs, 'pair')} are taught, {facts}"
    yield f"documents that the pairs name: {report.documents} known, {report.unknown} unknown"
    if report.not_in_document:
        yield f"{report.not_in_document} answers are not in their document in words, such as a yes or a count: taught"
    for why, count in report.doubts.items():
        yield f"{count} x {why}: {TODO.get(why, 'look at them')}"
        yield from (f"  {_named(pair)}" for pair in report.named if pair.why == why)


def _named(pair: DoubtfulPair) -> str:
    return f"{pair.document_id}: {pair.question} -> {pair.answer}"
