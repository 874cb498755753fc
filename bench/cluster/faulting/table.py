"""What a run of faults came to, as a table in Markdown."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from bench.cluster.faulting.trial import Block
from bench.cluster.verifying.verdict import BARS, TOLD

SHOWN = 12
HEAD = ("fault", "times", "recovered: median", "worst", "records", *BARS, *TOLD)


def table(blocks: Sequence[Block]) -> str:
    """A row for each kind over all seeds; below it what was skipped, what ended by itself, and what was found."""
    rows = [_row(kind, [block for block in blocks if block.kind == kind]) for kind in dict.fromkeys(_kinds(blocks))]
    lines = [HEAD, tuple("---" for _ in HEAD), *rows]
    return "\n".join(["| " + " | ".join(line) + " |" for line in lines] + ["", *_below(blocks)]) + "\n"


def missed(blocks: Sequence[Block]) -> bool:
    """Whether a bar was missed: something found that must not be, or a fault from which nothing recovered."""
    never = any(happened.recovered_s is None for block in blocks for happened in block.happened)
    return never or any(finding.kind in BARS for block in blocks for finding in block.found)


def _kinds(blocks: Sequence[Block]) -> Iterator[str]:
    return (block.kind for block in blocks)


def _row(kind: str, blocks: Sequence[Block]) -> tuple[str, ...]:
    took = [happened.recovered_s for block in blocks for happened in block.happened]
    known = [seconds for seconds in took if seconds is not None]
    worst = "never" if len(known) < len(took) else f"{max(known):.1f} s" if known else "-"
    found = Counter(finding.kind for block in blocks for finding in block.found)
    middle = f"{median(known):.1f} s" if known else "-"
    records = str(sum(block.records for block in blocks))
    return (kind, str(len(took)), middle, worst, records, *(str(found[column]) for column in (*BARS, *TOLD)))


def _below(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if block.skipped:
            yield f"- {block.kind}, seed {block.seed}: skipped, {block.skipped}"
        for name, times in sorted(block.ended.items()):
            yield f"- {block.kind}, seed {block.seed}: {name} ended by itself and was started again: {times} times"
        for finding in block.found[:SHOWN]:
            yield f"- {block.kind}, seed {block.seed}: {finding.kind}: {finding.what}"
        if (more := len(block.found) - SHOWN) > 0:
            yield f"- {block.kind}, seed {block.seed}: and {more} more"
