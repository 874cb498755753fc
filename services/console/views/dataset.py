"""A dataset as people read it: counts, reasons, what to unlearn, some examples."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console import output

WIDEST = 300


def show(made: Mapping[str, Any]) -> None:
    """Tables of what the dataset job said."""
    splits = made["splits"]
    output.say(
        f"Recipe {made['recipe']}: {splits['train']} examples to train on, {splits['validation']} for validation, "
        f"{splits['probe']} probes; from {made['documents']} documents up to {made['cutoff']}."
    )
    output.say(f"{made['abstaining']} of them teach to decline. Dataset sha256 {made['dataset_sha256']}.")
    if made["held_out"]:
        output.say(f"Held out whole: {', '.join(made['held_out'])}.")
    rows = [(one["builder"], one["form"], one["split"], one["examples"]) for one in made["counts"]]
    output.table("", ("builder", "form", "split", "examples"), rows, right=("examples",))
    _counted("source", made["sources"], "examples")
    _counted("left out, and why", made["left_out"], "times")
    _counted("documents not learned, and why", made["documents_left_out"], "documents")
    _unlearn(made["previous"], made["unlearn"])
    for example in (*made["shown"], *({**one, "builder": "probe"} for one in made["shown_probes"])):
        _example(example)


def _counted(title: str, counts: Mapping[str, int], unit: str) -> None:
    if counts:
        rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
        output.table("", (title, unit), rows, right=(unit,))


def _unlearn(previous: str, unlearn: Sequence[Mapping[str, Any]]) -> None:
    if not previous:
        return
    output.say(f"The adapter before, {previous}, learned {len(unlearn)} documents that are no longer as it knows them.")
    columns = ("to unlearn", "learned revision", "revision now", "why", "examples")
    rows = [
        (one["document_id"], one["learned_revision"], one["revision"] or "", one["why"], one["examples"])
        for one in unlearn
    ]
    if rows:
        output.table("", columns, rows, right=("learned revision", "revision now", "examples"))


def _example(example: Mapping[str, Any]) -> None:
    output.say(f"[{example['builder']}, {example['form']}] {', '.join(example['document_ids'])}")
    for number, passage in enumerate(example["passages"], start=1):
        output.say(f"    [{number}] {_cut(passage)}")
    if example["question"]:
        output.say(f"    {_cut(example['question'])}")
    output.say(f"    -> {_cut(example['answer'])}")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}..."
