"""An evaluation of retrieval in words: what was measured, and each difference to the configured run."""

from collections.abc import Iterator

from shared.contests.options import RetrievalOptions
from shared.jobs.retrieval_evaluation import Mean, RetrievalReport

COMPARED = ("Hits@1", "MRR@10", "nDCG@10")


def about(report: RetrievalReport) -> Iterator[str]:
    """What was measured, in sentences."""
    exact = "exactly, in memory" if report.store == "memory" else "by Cassandra's vector index"
    yield (
        f"{report.collection}: {report.documents} documents in {report.chunks} chunks, encoder "
        f"{report.encoder}, searched {exact}, {report.settings.depth} chunks deep."
    )
    yield f"Counted by document. Settings that decide: {_deciding(report.settings)}."
    if report.without_gold:
        yield f"{report.without_gold} of {report.questions} questions have no gold document and are left out."
    if report.dropped or report.refused:
        yield f"Ingest dropped {report.dropped} documents and refused {report.refused}."
    for name, level in report.levels.items():
        if level.unfindable:
            yield f"{name}: {level.unfindable} gold documents are absent, retracted or later than the question."


def _deciding(settings: RetrievalOptions) -> str:
    return (
        f"dense_weight {settings.dense_weight}, recency_half_life_days {settings.recency_half_life_days}, "
        f"recency_floor {settings.recency_floor}, mmr_lambda {settings.mmr_lambda}"
    )


def in_words(difference: Mean) -> str:
    """A difference with its interval, and whether it tells the two apart."""
    low, high = difference.ci95
    verdict = "better" if low > 0 else "worse" if high < 0 else "not told apart"
    return f"{difference.mean:+.3f} ({low:+.3f} to {high:+.3f}) {verdict}"
