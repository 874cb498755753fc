"""A dataset as people read it: counts, reasons, what to unlearn, some examples."""

from collections.abc import Mapping, Sequence

from services.console import output
from services.console.views import pairs
from shared.jobs.dataset import DatasetReport, ShownExample, Unlearned

WIDEST = 300


def show(report: DatasetReport) -> None:
    """Tables of what the dataset job said."""
    splits = report.splits
    output.say(
        f"Recipe {report.recipe}: {splits.train} examples to train on, {splits.validation} for validation, "
        f"{splits.probe} probes; from {report.documents} documents up to {report.cutoff.isoformat()}."
    )
    output.say(f"{report.abstaining} of them teach to decline. Dataset sha256 {report.dataset_sha256}.")
    if report.held_out:
        output.say(f"Held out whole: {', '.join(report.held_out)}.")
    for sentence in pairs.said(report.pairs) if report.pairs else ():
        output.say(sentence)
    for gate in report.gates:
        output.say(gate)
    rows = [(count.builder, count.form, count.split, count.examples) for count in report.counts]
    output.table("", ("builder", "form", "split", "examples"), rows, right=("examples",), names=3)
    _counted("source", report.sources, "examples")
    _counted("left out, and why", report.left_out, "times")
    _counted("documents not learned, and why", report.documents_left_out, "documents")
    _unlearn(report.previous, report.unlearn)
    for example in report.shown:
        _example(example, example.builder)
    for probe in report.shown_probes:
        _example(probe, "probe")


def _counted(title: str, counts: Mapping[str, int], unit: str) -> None:
    if counts:
        rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
        output.table("", (title, unit), rows, right=(unit,))


def _unlearn(previous: str, unlearn: Sequence[Unlearned]) -> None:
    if not previous:
        return
    output.say(f"The adapter before, {previous}, learned {len(unlearn)} documents that are no longer as it knows them.")
    columns = ("to unlearn", "learned revision", "revision now", "why", "examples")
    rows = [
        (document.document_id, document.learned_revision, document.revision or "", document.why, document.examples)
        for document in unlearn
    ]
    if rows:
        output.table("", columns, rows, right=("learned revision", "revision now", "examples"))


def _example(example: ShownExample, title: str) -> None:
    output.say(f"[{title}, {example.form}] {', '.join(example.document_ids)}")
    for number, passage in enumerate(example.passages, start=1):
        output.say(f"    [{number}] {_cut(passage)}")
    if example.question:
        output.say(f"    {_cut(example.question)}")
    output.say(f"    -> {_cut(example.answer)}")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}..."
