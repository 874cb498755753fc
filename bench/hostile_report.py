"""What attacks came to, as Markdown: tables of topics, feeds and workers, and what is wrong."""

from collections.abc import Iterable, Sequence

from bench.processor import flags
from tests.hostile.adapter_attack import AdapterFigures
from tests.hostile.feeds import FeedFigures
from tests.hostile.oracle import Figures

MOST_GROWTH = 256.0
"""MiB that a process may grow after its first round of batches."""
SHOWN = 20
Outcome = Figures | FeedFigures | AdapterFigures


def wrong_of(outcome: Outcome) -> dict[str, int]:
    """What is wrong, with how often; a process that grows too far is, too."""
    more = {f"grew by {outcome.growth:.0f} MiB": 1} if outcome.growth > MOST_GROWTH else {}
    return dict(outcome.wrong) | more


def report(outcomes: Sequence[Outcome]) -> str:
    """Tables of topics, feeds and ways of serving adapters, and what is wrong."""
    topics = [outcome for outcome in outcomes if isinstance(outcome, Figures)]
    feeds = [outcome for outcome in outcomes if isinstance(outcome, FeedFigures)]
    workers = [outcome for outcome in outcomes if isinstance(outcome, AdapterFigures)]
    lines = [f"Processor: {', '.join(flags()) or 'none of these flags'}", ""]
    lines += ["| topic | records | a second | what became of them | longest call | peak, growth | wrong |"]
    lines += ["|---|---|---|---|---|---|---|", *map(_of_topic, topics), ""]
    lines += ["| feed | documents | a second | what became of them | longest pass | peak, growth | wrong |"]
    lines += ["|---|---|---|---|---|---|---|", *map(_of_feed, feeds), ""]
    lines += ["| adapters | folders | a second | what became of them | longest | peak, growth | wrong |"]
    lines += ["|---|---|---|---|---|---|---|", *map(_of_worker, workers), ""]
    for outcome in outcomes:
        name = outcome.topic if isinstance(outcome, Figures) else outcome.kind
        lines += [f"- {name}: {count} times: {what}" for what, count in list(wrong_of(outcome).items())[:SHOWN]]
        lines += _slowest(outcome)
    return "\n".join(lines) + "\n"


def _of_topic(figures: Figures) -> str:
    fates = "; ".join(f"{service}: {_counts(counts.items())}" for service, counts in figures.fates.items())
    name, call = max(figures.longest.items(), key=lambda item: item[1].cpu_s, default=("", None))
    longest = f"{name} {call.cpu_s:.2f} s" if call else ""
    return _row(figures.topic, figures.records, figures, fates or "read as a view", longest)


def _of_feed(figures: FeedFigures) -> str:
    return _row(
        figures.kind, figures.documents, figures, _counts(figures.fates.items()), f"{figures.longest.cpu_s:.2f} s"
    )


def _of_worker(figures: AdapterFigures) -> str:
    longest = f"{figures.longest.cpu_s:.2f} s {figures.longest.slowest}".rstrip()
    return _row(figures.kind, figures.adapters, figures, _counts(figures.fates.items()), longest)


def _row(name: str, count: int, outcome: Outcome, fates: str, longest: str) -> str:
    rate = count / outcome.seconds if outcome.seconds else 0.0
    memory = f"{outcome.peak:.0f} MiB, +{outcome.growth:.0f}"
    return (
        f"| `{name}` | {count:,} | {rate:,.0f} | {fates} | {longest} | {memory} | {sum(wrong_of(outcome).values())} |"
    )


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts, key=lambda item: -item[1]) if count)


def _slowest(outcome: Outcome) -> list[str]:
    if not isinstance(outcome, Figures):
        return []
    return [f"  slowest of {name}: {call.slowest}" for name, call in outcome.longest.items() if call.slowest]
