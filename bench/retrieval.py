"""`python -m bench.retrieval`: every search and ranker over four test collections; writes bench/retrieval.md.

The sample newswire is there; the other collections are read from the folder `TILTYARD_REAL_DATA` (../shared/data) and
left out, with a word, where they are not. Pictures go to docs/pictures. Vectors are kept under TILTYARD_HOME, so that
only the first run encodes.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import bars
from services.console import retrieval_evaluation
from shared.jobs.retrieval_evaluation import Mean, RetrievalReport
from shared.lab import retrieval

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TILTYARD_REAL_DATA", ROOT.parent / "shared" / "data"))
PAGE, PICTURES = ROOT / "bench" / "retrieval.md", ROOT / "docs" / "pictures"
SHOWN = "MRR@10"
OPENING = """\
# Retrieval measured

Made by `python -m bench.retrieval`. One collection by hand:

```sh
tiltyard evaluate retrieval --documents d.jsonl.gz --questions q.jsonl.gz --in-memory --out out/trec
```

Everything is counted by document: it stands where its best chunk stands. Measures by ir_measures, as trec_eval defines
them; MAP over all documents that the lists hold. A run's name is a search, then its rankers after `+`, then after `@`
how queries are made of a question; the configured retriever is in bold. The second table of each collection says how a
run differs from it: paired bootstrap over questions, 10,000 draws, 95 % intervals of one comparison each; of twenty
such intervals expect one to exclude zero by chance. Dense search was exact here.
"""


@dataclass(frozen=True)
class Measured:
    """A collection with its heading, its files, and how to name them in a command."""

    name: str
    heading: str
    documents: Path
    questions: Path | None = None


COLLECTIONS = (
    Measured("newswire", "The sample newswire: both editions, asked at the end", ROOT / "services/console/newswire"),
    Measured(
        "gold_a",
        "A real news stream: each question sees what had been seen when it was asked",
        DATA / "rtqa_2022_gold_a.documents.jsonl.gz",
        DATA / "rtqa_2022_gold_a.questions.jsonl.gz",
    ),
    Measured(
        "mhr500",
        "Questions with two to four gold documents each",
        DATA / "mhr500.documents.jsonl",
        DATA / "mhr500.questions.jsonl",
    ),
    Measured("xquad", "Passages and questions of XQuAD (English): no dates", DATA / "xquad.en.json"),
)


def main(names: Sequence[str]) -> None:
    """Measure the named collections, or all; the page is written when all were measured."""
    sections = []
    for collection in COLLECTIONS:
        if names and collection.name not in names:
            continue
        if not collection.documents.exists():
            sys.stderr.write(f"{collection.name} is left out: no {collection.documents}\n")
            continue
        report = retrieval_evaluation.measure(collection.documents, collection.questions, in_memory=True)
        sections.append("\n".join(section(collection, report)))
        draw(collection, report)
    text = "\n".join([OPENING, *sections]) + "\n"
    if names:
        sys.stdout.write(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


def section(collection: Measured, report: RetrievalReport) -> Iterator[str]:
    """A collection's counts and, for each level of judgement, its picture and its two tables."""
    yield from (f"## {collection.heading}", "", *retrieval.about(report), "")
    for name, level in report.levels.items():
        yield from (f"### {collection.name}, {name}: {level.questions} questions", "")
        yield from (f"![{SHOWN} of every run](../docs/pictures/{picture(collection, name)})", "")
        yield from (*means(level.runs, report.baseline), "", *differences(level.differences), "")


def means(runs: Mapping[str, Mapping[str, Mean]], baseline: str) -> Iterator[str]:
    measures = list(runs[baseline])
    yield f"| run | {' | '.join(measures)} |"
    yield f"|---|{'---|' * len(measures)}"
    for name, run in runs.items():
        bold = "**" if name == baseline else ""
        cells = [f"{bold}{name}{bold}", *(f"{run[measure].mean:.3f}" for measure in measures)]
        yield f"| {' | '.join(cells)} |"


def differences(runs: Mapping[str, Mapping[str, Mean]]) -> Iterator[str]:
    yield f"| difference | {' | '.join(retrieval.COMPARED)} |"
    yield f"|---|{'---|' * len(retrieval.COMPARED)}"
    for name, difference in runs.items():
        yield f"| {name} | {' | '.join(retrieval.in_words(difference[key]) for key in retrieval.COMPARED)} |"


def picture(collection: Measured, level: str) -> str:
    return f"retrieval-{collection.name}-{level}.svg"


def draw(collection: Measured, report: RetrievalReport) -> None:
    """A picture for each level: the runs from best to worst."""
    PICTURES.mkdir(exist_ok=True)
    for name, level in report.levels.items():
        estimates = {run: means[SHOWN] for run, means in level.runs.items()}
        ordered = dict(sorted(estimates.items(), key=lambda entry: -entry[1].mean))
        title = f"{SHOWN} on {collection.name} ({name}, {level.questions} questions), with 95 % intervals"
        drawn = {run: bar(estimate) for run, estimate in ordered.items()}
        (PICTURES / picture(collection, name)).write_text(bars.svg(title, drawn, report.baseline), encoding="utf-8")


def bar(estimate: Mean) -> bars.Bar:
    """An estimate with its interval."""
    low, high = estimate.ci95
    return bars.Bar(estimate.mean, low, high, f"{estimate.mean:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
