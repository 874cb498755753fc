"""`tiltyard report`: what the results say, on one page that can be passed on."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.console import output, progress
from services.console.commands.results import read
from services.console.live import staying
from services.console.live.document_times import times_of_live
from services.console.points import Margin, share
from shared import lines, topology
from shared.costs import CostSettings
from shared.lab.audit import sheet
from shared.lab.freshness import moment
from shared.lab.report import advice, files
from shared.lab.report import weights as mixes
from shared.lab.report.material import DocumentTimes, Material, Times, combined, gather, times_of
from shared.lab.report.numbers import count
from shared.lab.report.weights import Weights
from shared.lab.voting.settings import VotingSettings
from shared.messages import Result
from shared.settings import CassandraSettings, KafkaSettings

Since = Annotated[str | None, typer.Option(help="Asked since: a time, or how long ago (90s, 15m, 2h, 7d).")]
Until = Annotated[str | None, typer.Option(help="Asked before: a time, or how long ago.")]

Said = Annotated[
    Path | None, typer.Option(help="A TOML file with the weight of each slice in your mix, under [slices].")
]
Traffic = Annotated[
    Path | None, typer.Option(help="Or a log of real questions to count it from: JSON lines that name a slice.")
]

From = Annotated[
    list[Path] | None,
    typer.Option("--from", help="A results.jsonl instead of the results topic; several are several runs."),
]
Documents = Annotated[
    Path | None, typer.Option(help="JSON lines with document_id and published_at (findable_at), for the curves.")
]
Audited = Annotated[
    Path | None, typer.Option(help="A filled sheet of `tiltyard audit-answers`: the measure's errors, corrected.")
]


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and report.json.")] = Path("out/report"),
    source: From = None,
    documents: Documents = None,
    weights: Said = None,
    traffic: Traffic = None,
    audit: Audited = None,
    since: Since = None,
    until: Until = None,
    margin: Margin = None,
    json: output.Json = False,
) -> None:
    """Write what the results say: verdict, arms, the 2 x 2 table, the age curve, costs, failures, provenance.

    Times of documents come from the store, or from --documents; with --from only from --documents.
    Several --from are runs that asked the same questions, such as trainings with different seeds.
    With --weights or --traffic the report also says how often arms are right over that mix of questions.

    Example: tiltyard report --since 7d --out out/week
    Example: tiltyard report --from out/demo/results.jsonl --documents documents.jsonl
    Example: tiltyard report --from out/demo/results.jsonl --margin 5
    Example: tiltyard report --from out/demo/seed-1/results.jsonl --from out/demo/seed-2/results.jsonl
    Example: tiltyard report --since 7d --traffic questions-of-last-month.jsonl
    """
    now, mine = datetime.now(UTC), _weights(weights, traffic)
    start, end = (None if text is None else moment(text, now) for text in (since, until))
    with progress.waiting("reading the documents' times"):
        material = gathered(source, documents, start, end)
    if audit is not None:
        material = replace(material, audit=sheet.read(audit))
    with progress.waiting(f"counting {len(material.results)} results"):
        per_hour = VotingSettings().per_voter_per_hour
        numbers = count(replace(material, weights=mine), per_hour=per_hour, margin=share(margin))
        extra = [] if source else staying.live(KafkaSettings(), material.results, CostSettings())
        files.write(out, numbers, extra=extra)
    if json:
        return output.as_json(files.as_dict(numbers))
    output.say(advice.paragraph(numbers))
    return output.say(f"Written to {out}: {', '.join(files.NAMES)}")


def _weights(said: Path | None, traffic: Path | None) -> Weights:
    if said is not None and traffic is not None:
        raise ValueError("--weights and --traffic both say which mix of questions counts: leave one out")
    if said is not None:
        return mixes.said(said)
    return mixes.counted(traffic) if traffic is not None else Weights()


def gathered(
    sources: list[Path] | None,
    documents: Path | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Material:
    """The results of the topic with their documents' times, of a file, or of several files that are several runs."""
    if sources and len(sources) > 1:
        return _several(sources, documents, since, until)
    return _material(sources[0] if sources else None, documents, since, until)


def _several(sources: list[Path], documents: Path | None, since: datetime | None, until: datetime | None) -> Material:
    runs = {name: _material(source, documents, since, until) for name, source in run_names(sources).items()}
    return combined(runs, read_from="; ".join(f"{name}: {material.read_from}" for name, material in runs.items()))


def run_names(sources: list[Path]) -> dict[str, Path]:
    """A name for each file: its own, or its folder's where the files are called the same. ValueError: one is twice."""
    for named in (
        {source.stem: source for source in sources},
        {source.absolute().parent.name: source for source in sources},
    ):
        if len(named) == len(sources):
            return named
    raise ValueError(f"runs need files or folders of different names: {', '.join(map(str, sources))}")


def _material(source: Path | None, documents: Path | None, since: datetime | None, until: datetime | None) -> Material:
    if source is not None:
        results: Iterable[Result] = lines.read_all(source, Result)
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        read_from = f"{source.name} (SHA-256 {digest[:16]})"
    else:
        results, read_from = read(KafkaSettings()).values(), f"topic {topology.RESULTS.name}"
    chosen = gather(results, read_from=read_from, since=since, until=until)
    return gather(
        chosen.results,
        read_from=read_from,
        times=_times(chosen, documents, live=source is None),
        since=since,
        until=until,
    )


def _times(chosen: Material, documents: Path | None, *, live: bool) -> Times:
    if documents is not None:
        return times_of(lines.read_all(documents, DocumentTimes), read_from=documents.name)
    if live:
        gold = (name for result in chosen.results for name in result.question.gold_document_ids)
        return times_of_live(gold, KafkaSettings(), CassandraSettings())
    return Times(lacking="no times of documents were given; name a file of them with --documents")
