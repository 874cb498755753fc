"""Evaluating retrieval as three jobs: the retriever reads the collection, ingest cuts it, the retriever measures."""

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.console import jobs, progress
from shared.jobs.events import untyped

Report = dict[str, Any]
JOB, CUT = untyped("services.retriever.evaluation"), untyped("services.ingest.cut")
PARTS = {"cut": "documents cut", "encoded": "texts encoded", "searched": "questions searched"}


def measure(
    documents: Path,
    questions: Path | None,
    *,
    format_name: str = "",
    in_memory: bool = False,
    runs: Sequence[str] = (),
    out: Path | None = None,
) -> Report:
    """The report of the runs on the collection; raises JobError that says why there is none."""
    for file in (documents, *([questions] if questions else [])):
        if not file.exists():
            raise FileNotFoundError(f"no file {file}")
    named = [word for run in runs for word in ("--run", run)]
    with TemporaryDirectory() as folder:
        files = [str(documents), folder, *(["--questions", str(questions)] if questions else [])]
        [read] = jobs.run(JOB, ["read", *files, "--format", format_name, *named], os.environ)
        chunks = str(Path(folder) / "chunks.jsonl")
        cut = _followed(jobs.run(CUT, [str(Path(folder) / "documents.jsonl"), chunks], os.environ), read["documents"])
        options = [*(["--in-memory"] if in_memory else []), *(["--out", str(out)] if out else [])]
        searched = _followed(jobs.run(JOB, ["search", folder, chunks, *options, *named], os.environ))
    report: Report = searched["report"] | {"dropped": cut["dropped"], "refused": cut["refused"]}
    if out:
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def _followed(job: Iterator[Report], total: int | None = None) -> Report:
    """What a job says last; on the way there, progress for each of its parts."""
    last: Report = {}
    for event, said in itertools.groupby(job, key=lambda one: one["event"]):
        if event == "done":
            last = next(said)
            continue
        with progress.shown(PARTS[event], total) as advance:
            for one in said:
                advance(one["done"], one.get("total"), one.get("run", ""))
    return last
