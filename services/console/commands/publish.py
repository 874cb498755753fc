"""`tiltyard publish`: documents, questions, references, votes and training pairs from JSON lines."""

from enum import StrEnum
from typing import Annotated

import typer

from services.console import output
from shared import lines, topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.messages import Message
from shared.publisher import Publisher, Settled
from shared.settings import CassandraSettings, KafkaSettings

AT_ONCE = 500


class Kind(StrEnum):
    """What the lines are."""

    documents = "documents"
    questions = "questions"
    references = "references"
    votes = "votes"
    pairs = "pairs"


_TOPICS: dict[Kind, topology.AnyTopic] = {
    Kind.documents: topology.DOCUMENTS,
    Kind.questions: topology.QUESTIONS,
    Kind.references: topology.REFERENCES,
    Kind.votes: topology.VOTES,
    Kind.pairs: topology.PAIRS,
}


def register(app: typer.Typer) -> None:
    app.command()(publish)


def publish(
    file: Annotated[str, typer.Argument(help="JSON lines; - reads standard input.")],
    kind: Annotated[Kind, typer.Option("--kind", help="What the lines are.")] = Kind.documents,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until each document can be found, dropped or dead.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait.")] = 120.0,
) -> None:
    """Publish documents, questions, references, votes or training pairs.

    A bad line is reported with its file and number; the others go out.

    Example: tiltyard publish stories.jsonl --wait
    Example: echo '{"question_id": "q1", "text": "Who won?"}' | tiltyard publish - --kind questions
    """
    if wait and kind is not Kind.documents:
        raise ValueError("--wait is for documents; to wait for answers use `tiltyard ask`")
    dispositions = CassandraDispositions(connect(CassandraSettings())) if wait else None
    publisher = Publisher(KafkaSettings(), "publish", dispositions)
    sent, bad = _publish(publisher, file, kind)
    output.say(f"published: {sent}; bad lines: {bad}")
    if wait:
        _tell(publisher.wait(timeout))
    if bad:
        raise typer.Exit(output.EX_DATA)


def _publish(publisher: Publisher, file: str, kind: Kind) -> tuple[int, int]:
    """Publish in portions, so that a long file and a slow pipe both flow."""
    sent, bad = 0, 0
    portion: list[Message] = []
    for line in lines.read(file, _TOPICS[kind].message):
        if line.message is None:
            bad += 1
            output.err.print(f"{line.place}: {line.error}", markup=False, soft_wrap=True)
        else:
            portion.append(line.message)
        if len(portion) == AT_ONCE or (file == "-" and portion):
            sent += publisher.publish(_TOPICS[kind], portion)
            portion = []
    return sent + publisher.publish(_TOPICS[kind], portion), bad


def _tell(settled: list[Settled]) -> None:
    for done in settled:
        fresh = "" if done.freshness_ms is None else f", findable after {done.freshness_ms:.0f} ms"
        output.say(f"{done.document_id}: {done.fate}{fresh}{': ' + done.reason if done.reason else ''}")
