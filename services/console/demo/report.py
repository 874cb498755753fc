"""Writing a trial down: `results.jsonl`, `summary.json`, and the report with what keeping each side current cost."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shared.lab import summary
from shared.lab.accounting import Audit
from shared.lab.deciding.trial import DOCUMENTS
from shared.lab.report import files
from shared.lab.report.blocks import Bullets, Section, Table
from shared.lab.report.material import DocumentTimes
from shared.lab.report.numbers import Numbers
from shared.lab.summary import TrialSummary
from shared.messages import Result

NAMES = (*files.NAMES, "summary.json", "results.jsonl", DOCUMENTS)


def write(
    folder: Path,
    runs: Mapping[str, Sequence[Result]],
    numbers: Numbers,
    trial: TrialSummary,
    staying: Sequence[Section] = (),
    times: Iterable[DocumentTimes] = (),
    *,
    apart: bool = False,
) -> None:
    """Write the files of `NAMES`, of several runs, or with `apart`, each `results.jsonl` in a folder of its own.

    What was there is replaced.

    `staying`: what an hour of staying current costs (`shared/lab/report/staying.py`). `times`: of the documents that
    questions are about, so that the folder alone tells what was news after a training.
    """
    summary.write(folder, runs, trial, apart=apart)
    lines = "".join(f"{times_of.model_dump_json(exclude_defaults=True)}\n" for times_of in times)
    (folder / DOCUMENTS).write_text(lines, encoding="utf-8")
    files.write(folder, numbers, extra=[_costs(trial), *staying, _audit(trial.audit)])


def _costs(trial: TrialSummary) -> Section:
    fresh = trial.freshness_ms
    bullets = [f"Retrieval: a document is findable {fresh.p50} ms after publication (median; p99 {fresh.p99} ms)."]
    bullets += [
        f"Memory: {tuning.seconds:.0f} s of training on {tuning.tokens} tokens in {tuning.steps} steps, "
        f"final loss {tuning.final_loss:.2f}; it knows nothing after its cutoff."
        for tuning in trial.tunings
    ]
    return Section("What each side costs to keep current", "current", [Bullets(bullets)])


def _audit(audit: Audit) -> Section:
    shown = audit.as_dict() | {"unaccounted": len(audit.unaccounted)}
    rows = [(key, str(value)) for key, value in shown.items()]
    return Section("Audit", "audit", [Table("Documents and questions, in and out", ["", "count"], rows, numbers=(1,))])
