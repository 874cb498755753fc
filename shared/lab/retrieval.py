"""An evaluation of retrieval in words: what was measured, and each difference to the configured run."""

from collections.abc import Iterator, Mapping
from typing import Any

TOLD = ("dense_weight", "recency_half_life_days", "recency_floor", "mmr_lambda")
COMPARED = ("Hits@1", "MRR@10", "nDCG@10")
Report = Mapping[str, Any]
Estimate = Mapping[str, Any]


def about(report: Report) -> Iterator[str]:
    """What was measured, in sentences."""
    exact = "exactly, in memory" if report["store"] == "memory" else "by Cassandra's vector index"
    yield (
        f"{report['collection']}: {report['documents']} documents in {report['chunks']} chunks, encoder "
        f"{report['encoder']}, searched {exact}, {report['settings']['depth']} chunks deep."
    )
    named = ", ".join(f"{name} {report['settings'][name]}" for name in TOLD if name in report["settings"])
    yield f"Counted by document. Settings that decide: {named}."
    if report["without_gold"]:
        yield f"{report['without_gold']} of {report['questions']} questions have no gold document and are left out."
    if report["dropped"] or report["refused"]:
        yield f"Ingest dropped {report['dropped']} documents and refused {report['refused']}."
    for level, found in report["levels"].items():
        if found["unfindable"]:
            yield f"{level}: {found['unfindable']} gold documents are absent, retracted or later than the question."


def in_words(difference: Estimate) -> str:
    """A difference with its interval, and whether it tells the two apart."""
    low, high = difference["ci95"]
    verdict = "better" if low > 0 else "worse" if high < 0 else "not told apart"
    return f"{difference['mean']:+.3f} ({low:+.3f} to {high:+.3f}) {verdict}"
