"""`tiltyard replay`: a recorded news stream with its questions, in event-time order."""

import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.console import jobs, output, progress
from services.console.live import staying
from services.console.live.asking import Listener
from services.console.live.document_times import times_of_live
from services.console.views.scoreboard import print_scoreboard
from shared.costs import CostSettings
from shared.jobs.replay import JOB, QuestionsAsked
from shared.lab.report import advice, files
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.lab.voting.settings import VotingSettings
from shared.messages import Result
from shared.settings import CassandraSettings, KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    folder: Annotated[Path, typer.Argument(help="Folder of the recorded stream.")],
    feed: Annotated[str, typer.Option(help="A file in services/ingest/feeds.")] = "realtime_qa",
    name: Annotated[str, typer.Option(help="Of the stream, where the folder holds several.")] = "",
    documents: Annotated[int | None, typer.Option(min=1, help="Only the first so many, and their questions.")] = None,
    speed: Annotated[float, typer.Option(min=0, help="Event seconds per second; 0: as fast as it goes.")] = 0.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last replay of it ended.")] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for the results after the last question.")
    ] = 1800.0,
    out: Annotated[Path, typer.Option(help="Where results.jsonl and the report go.")] = Path("out/replay"),
    json: output.Json = False,
) -> None:
    """Replay a recorded stream: no question sees a document that was first seen after it was asked. Ends in a report.

    Example: tiltyard replay path/to/folder --name rtqa_2022 --documents 400
    """
    arguments = [str(folder), "--feed", feed, "--name", name, "--speed", str(speed)]
    arguments += ["--documents", str(documents)] if documents else []
    arguments += ["--resume"] if resume else []
    question_ids: list[str] = []
    with progress.shown("documents", documents) as advance:
        for event in jobs.run(JOB, arguments, os.environ):
            advance(event.documents)
            question_ids += event.question_ids if isinstance(event, QuestionsAsked) else []
    come = itertools.count(1)
    with progress.shown("questions answered and scored", len(question_ids)) as advance:
        results = Listener(KafkaSettings()).results(question_ids, wait, heard=lambda _: advance(next(come)))
    with progress.waiting(f"counting {len(results)} results"):
        print_scoreboard(list(results.values()), json=json)
        if results:
            _report(list(results.values()), out)
    if missing := set(question_ids) - set(results):
        output.fail(
            f"{len(missing)} of {len(question_ids)} questions have no result after {wait:g} s", output.EX_UNAVAILABLE
        )


def _report(results: Sequence[Result], out: Path) -> None:
    """Write the results and the report of them; said on standard error, since --json owns the other."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.jsonl").write_text("".join(f"{result.model_dump_json()}\n" for result in results), encoding="utf-8")
    kafka, per_hour = KafkaSettings(), VotingSettings().per_voter_per_hour
    gold = (name for result in results for name in result.question.gold_document_ids)
    times = times_of_live(gold, kafka, CassandraSettings())
    numbers = count(gather(results, read_from="a replay's results (results.jsonl)", times=times), per_hour=per_hour)
    files.write(out, numbers, extra=staying.live(kafka, results, CostSettings()))
    output.err.print(advice.paragraph(numbers), markup=False, soft_wrap=True)
    written = ", ".join(["results.jsonl", *files.NAMES])
    output.err.print(f"Written to {out}: {written}", markup=False, soft_wrap=True)
