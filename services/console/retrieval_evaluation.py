"""Evaluating retrieval as three jobs: the retriever reads the collection, ingest cuts it, the retriever measures."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from services.console import jobs, progress
from shared.jobs import cut
from shared.jobs.cut import CuttingDone
from shared.jobs.retrieval_evaluation import (
    READING,
    SEARCHING,
    Measurements,
    QuestionsSearched,
    RetrievalMeasured,
    RetrievalReport,
    TextsEncoded,
)


def measure(
    documents: Path,
    questions: Path | None,
    *,
    format_name: str = "",
    in_memory: bool = False,
    runs: Sequence[str] = (),
    out: Path | None = None,
) -> RetrievalReport:
    """The report of the runs on the collection; raises JobError that says why there is none."""
    for file in (documents, *([questions] if questions else [])):
        if not file.exists():
            raise FileNotFoundError(f"no file {file}")
    named = [word for run in runs for word in ("--run", run)]
    with TemporaryDirectory() as folder:
        files = [str(documents), folder, *(["--questions", str(questions)] if questions else [])]
        [read] = jobs.run(READING, ["read", *files, "--format", format_name, *named], os.environ)
        chunks = str(Path(folder) / "chunks.jsonl")
        documents_cut = _cut([str(Path(folder) / "documents.jsonl"), chunks], read.documents)
        options = [*(["--in-memory"] if in_memory else []), *(["--out", str(out)] if out else [])]
        measurements = _searched(["search", folder, chunks, *options, *named])
    report = RetrievalReport(**dict(measurements), dropped=documents_cut.dropped, refused=documents_cut.refused)
    if out:
        text = json.dumps(report.model_dump(mode="json"), indent=2)
        (out / "report.json").write_text(text + "\n", encoding="utf-8")
    return report


def _cut(arguments: Sequence[str], total: int) -> CuttingDone:
    """Cut the documents, and show how far that is."""
    done: CuttingDone | None = None
    with progress.parts() as part:
        for event in jobs.run(cut.JOB, arguments, os.environ):
            if isinstance(event, CuttingDone):
                done = event
            else:
                part("documents cut", total)(event.done)
    return jobs.result_of(cut.JOB.module, done)


def _searched(arguments: Sequence[str]) -> Measurements:
    """Search and measure, and show how far each part is."""
    measured: RetrievalMeasured | None = None
    with progress.parts() as part:
        for event in jobs.run(SEARCHING, arguments, os.environ):
            if isinstance(event, TextsEncoded):
                part("texts encoded")(event.done, event.total)
            elif isinstance(event, QuestionsSearched):
                part("questions searched")(event.done, event.total, event.run)
            else:
                measured = event
    return jobs.result_of(SEARCHING.module, measured).report
