"""`tiltyard evaluate`: how good a part of the system is, measured with the field's standard tools."""

from pathlib import Path
from typing import Annotated

import typer

from services.console import answers_evaluation, output, retrieval_evaluation
from services.console import perplexity as perplexities
from services.console.live.system import LiveSystem
from services.console.points import Margin, share
from services.console.suites import sessions, training_shares
from services.console.views import answers as answers_view
from services.console.views import perplexity as perplexity_view
from services.console.views import retrieval as retrieval_view
from services.console.views import sensitivity as sensitivity_view
from services.console.views import suite as suite_view
from services.console.views import training as training_view
from shared.lab.suites import disturbing
from shared.settings import CassandraSettings, KafkaSettings

LONGEST_S = 86_400  # as a question takes it
Deadline = Annotated[
    float, typer.Option(min=1, max=LONGEST_S, help="Seconds for each answer, where a question sets none.")
]
Wait = Annotated[float, typer.Option(min=0, help="Seconds until all documents can be found.")]


def register(app: typer.Typer) -> None:
    evaluations = typer.Typer(
        name="evaluate", no_args_is_help=True, help="Measure a part of the system on a test collection."
    )
    evaluations.callback()(lambda: None)
    evaluations.command()(retrieval)
    evaluations.command()(answers)
    evaluations.command()(suite)
    evaluations.command()(sensitivity)
    evaluations.command()(perplexity)
    evaluations.command()(training)
    app.add_typer(evaluations)


def retrieval(
    documents: Annotated[Path, typer.Option(help="File or folder of documents.")],
    questions: Annotated[Path | None, typer.Option(help="File of questions, where documents do not hold them.")] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="Where it is not to be recognised: a file in shared/collections/formats.")
    ] = "",
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Exact search on the twins; no server needed.")
    ] = False,
    run: Annotated[
        list[str] | None, typer.Option(help="Such as bm25, or weighted+recency for a ranker behind it; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for TREC run and qrels files and report.json.")] = None,
    json: output.Json = False,
) -> None:
    """Compare searches and rankers: Hits, MRR, recall, nDCG and MAP, with 95 % intervals of their differences.

    The configured retriever is always among the runs, and the others are compared with it.

    Example: tiltyard evaluate retrieval --documents services/console/newswire --in-memory
    Example: tiltyard evaluate retrieval --documents d.jsonl.gz --questions q.jsonl.gz --run bm25 --out out/trec
    """
    report = retrieval_evaluation.measure(
        documents, questions, format_name=format_name, in_memory=in_memory, runs=run or [], out=out
    )
    if json:
        output.as_json(report)
    else:
        retrieval_view.show(report)


def answers(
    predictions: Annotated[list[Path], typer.Option(help="File of predictions, plain or .gz; repeatable.")],
    references: Annotated[Path | None, typer.Option(help="SQuAD file, where the predictions do not hold them.")] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="Where it is not to be recognised: plain, realtime_qa, results or squad.")
    ] = "",
    metric: Annotated[
        list[str] | None, typer.Option(help="A file in shared/measures; repeatable. Default: the format's.")
    ] = None,
    baseline: Annotated[str, typer.Option(help="Compare every system with this one only.")] = "",
    margin: Margin = None,
    json: output.Json = False,
) -> None:
    """Score predictions against their references, and compare the systems in them pair by pair.

    Example: tiltyard evaluate answers --predictions predictions.jsonl.gz
    Example: tiltyard evaluate answers --predictions out/results.jsonl --metric right --metric rouge_l --baseline base
    Example: tiltyard evaluate answers --predictions predictions.jsonl.gz --margin 5
    Example: tiltyard evaluate answers --predictions a.json --predictions b.json --references dev-v1.1.json
    """
    report = answers_evaluation.measure(
        predictions,
        references,
        format_name=format_name,
        metrics=metric or [],
        baseline=baseline,
        margin=share(margin),
    )
    if json:
        output.as_json(report)
    else:
        answers_view.show(report)


def suite(
    folder: Annotated[Path, typer.Argument(help="Folder of the suite; `tiltyard suite check` says what is in it.")],
    arm: Annotated[list[str] | None, typer.Option(help="An arm to show; repeatable. Default: all.")] = None,
    published: Annotated[
        bool, typer.Option("--published", help="The documents are in the system under their own ids: publish none.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the suite's documents in the system.")] = False,
    deadline: Deadline = 3_600.0,
    wait: Wait = 1_800.0,
    out: Annotated[Path | None, typer.Option(help="Folder for results.jsonl and summary.json.")] = None,
    json: output.Json = False,
) -> None:
    """Run a suite on the running system: publish its documents, ask its questions, show every arm with intervals.

    The documents are set apart from the news and taken back in the end.

    Example: tiltyard evaluate suite services/console/newswire/suites/questions --out out/questions
    """
    session = sessions.Session(folder, arm or (), deadline_s=deadline, wait_s=wait, connect=_live)
    report = session.run(published=published, keep=keep, out=out)
    output.as_json(report) if json else suite_view.show(report)
    if missing := report.without_result:
        output.fail(f"{len(missing)} of {report.questions} questions have no result", output.EX_UNAVAILABLE)


def sensitivity(
    folder: Annotated[Path, typer.Argument(help="Folder of the suite.")],
    disturb: Annotated[
        list[str] | None, typer.Option(help=f"Repeatable; default all: {', '.join(disturbing.names())}.")
    ] = None,
    arm: Annotated[list[str] | None, typer.Option(help="An arm to show; repeatable. Default: all.")] = None,
    seed: Annotated[int, typer.Option(help="Of what is drawn: wrong letters, wrong answers, random documents.")] = 1,
    deadline: Deadline = 3_600.0,
    wait: Wait = 1_800.0,
    out: Annotated[Path | None, typer.Option(help="Folder for results.<condition>.jsonl and summary.json.")] = None,
    json: output.Json = False,
) -> None:
    """Degrade one thing at a time for a suite and show how far each arm falls, paired with the undisturbed run.

    Example: tiltyard evaluate sensitivity services/console/newswire/suites/questions --disturb stale --disturb noisy
    """
    session = sessions.Session(folder, arm or (), deadline_s=deadline, wait_s=wait, connect=_live)
    report = session.disturb(disturb or disturbing.names(), seed=seed, out=out)
    output.as_json(report) if json else sensitivity_view.show(report)
    if missing := sum(len(condition.without_result) for condition in report.conditions.values()):
        output.fail(f"{missing} questions have no result", output.EX_UNAVAILABLE)


def perplexity(
    documents: Annotated[Path, typer.Option(help="File of documents, or folder of *documents.jsonl.")],
    adapter: Annotated[str, typer.Option(help="An adapter beside the base: its name, or its folder.")] = "",
    window: Annotated[int, typer.Option(min=2, help="Tokens that the model reads at once.")] = 512,
    stride: Annotated[int, typer.Option(min=1, help="Tokens from one window to the next, fewer than a window.")] = 256,
    json: output.Json = False,
) -> None:
    """How surprising documents are to the generator's model: perplexity and bits per byte; no server is needed.

    Example: tiltyard evaluate perplexity --documents services/console/newswire/edition1.documents.jsonl
    Example: tiltyard evaluate perplexity --documents news.jsonl --adapter news-20250323-1a2b3c4d
    """
    report = perplexities.measure(documents, adapter=adapter, window=window, stride=stride)
    output.as_json(report) if json else perplexity_view.show(report)


def training(
    folder: Annotated[Path, typer.Argument(help="Folder of the suite; its documents are in the system already.")],
    pairs: Annotated[Path, typer.Option(help="Question-answer pairs about documents in the system, JSON lines.")],
    train_shares: Annotated[str, typer.Option(help="Shares of the pairs' documents, comma-separated.")] = "0.25,0.5,1",
    cutoff: Annotated[str, typer.Option(help="Learn nothing published after this time (ISO 8601).")] = "",
    seed: Annotated[int, typer.Option(help="Of which documents are in the smaller sets.")] = 1,
    deadline: Deadline = 3_600.0,
    json: output.Json = False,
) -> None:
    """Train an adapter on each share of the training set and show what the tuned arms gain by more of it.

    Each adapter serves while it is asked, whatever its gates say, and who served before serves in the end.

    Example: tiltyard evaluate training services/console/newswire/suites/questions --pairs pairs.jsonl
    """
    try:
        shares = [float(share) for share in train_shares.split(",")]
    except ValueError as error:
        raise ValueError(f"--train-shares {train_shares!r}: numbers with commas between them") from error
    training = training_shares.live(KafkaSettings(), cutoff)
    report = training_shares.run(
        folder, pairs, shares, connect=lambda: _live(0), training=training, seed=seed, deadline_s=deadline
    )
    output.as_json(report) if json else training_view.show(report)


def _live(wait_s: float) -> LiveSystem:
    """The running system; documents may take `wait_s` seconds until all of them can be found."""
    return LiveSystem(KafkaSettings(), CassandraSettings(), within_s=wait_s)
