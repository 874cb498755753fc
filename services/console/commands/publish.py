"""`tiltyard publish`: documents, questions, references, votes and training pairs from JSON lines."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.console import at_work, misread, output
from services.console.live import forecast
from shared import lines, topology
from shared.access import UnreachableError
from shared.cassandra.client import Store, connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.cassandra.documents import CassandraDocuments
from shared.kafka import access
from shared.messages import DocumentPublished, Message
from shared.publisher import Publisher, Settled
from shared.settings import CassandraSettings, KafkaSettings

AT_ONCE, MOST_WARNINGS = 500, 10
QUICK_S = 1.0


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
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait.")] = 120.0,
) -> None:
    """Publish documents, questions, references, votes or training pairs.

    A bad line is reported with its file and number; the others go out.

    Example: tiltyard publish stories.jsonl --wait
    Example: echo '{"question_id": "q1", "text": "Who won?"}' | tiltyard publish - --kind questions
    """
    if wait and kind is not Kind.documents:
        raise ValueError("--wait is for documents; to wait for answers use `tiltyard ask`")
    _refuse_misread(file, kind)
    kafka = KafkaSettings()
    access.require(kafka, [_TOPICS[kind].name])
    looked_at = kind is Kind.documents and file != "-"
    store = connect(CassandraSettings()) if wait else _store_that_answers_soon() if looked_at else None
    if store and looked_at:
        _warn_of_outdated(file, store)
    if store and not wait:
        store.close()
    publisher = Publisher(kafka, "publish", CassandraDispositions(store) if store and wait else None)
    sent, bad = _publish(publisher, file, kind)
    output.say(f"published: {sent}; bad lines: {bad}")
    if wait:
        publisher.wait(timeout, heard=tell, stuck=lambda waiting: note(at_work.why_waiting(waiting, kafka)))
    if bad and not sent:
        note(f"No line holds {kind.value}. Where the lines hold something else, --kind says what: {', '.join(Kind)}.")
    if bad:
        raise typer.Exit(output.EX_DATA)


def _refuse_misread(file: str, kind: Kind) -> None:
    """Raise ValueError, before anything goes out, for a file that is something else than `kind` says."""
    if file == "-":
        return
    if not Path(file).is_file():
        raise FileNotFoundError(f"no file {file}")
    misread.refuse_foreign(Path(file))
    misread.refuse_other_kind(Path(file), kind.value, {other.value: topic.message for other, topic in _TOPICS.items()})


def _store_that_answers_soon() -> Store | None:
    """What a warning is made from; without one nothing is said."""
    try:
        return connect(CassandraSettings(startup_wait_s=QUICK_S))
    except (UnreachableError, ValueError):
        return None


def _warn_of_outdated(file: str, store: Store) -> None:
    """Say which documents ingest will drop because of their time."""
    documents = (line.message for line in lines.read(file, DocumentPublished) if line.message is not None)
    for count, (name, reason) in enumerate(forecast.outdated(documents, CassandraDocuments(store))):
        if count == MOST_WARNINGS:
            note("... and others; --wait says what becomes of each")
            break
        note(f"{name} will change nothing: {reason}")


def _publish(publisher: Publisher, file: str, kind: Kind) -> tuple[int, int]:
    """Publish in portions, so that a long file and a slow pipe both flow."""
    sent, bad = 0, 0
    portion: list[Message] = []
    for line in lines.read(file, _TOPICS[kind].message):
        if line.message is None:
            bad += 1
            note(f"{line.place}: {line.error}")
        else:
            portion.append(line.message)
        if len(portion) == AT_ONCE or (file == "-" and portion):
            sent += publisher.publish(_TOPICS[kind], portion)
            portion = []
    return sent + publisher.publish(_TOPICS[kind], portion), bad


def tell(done: Settled) -> None:
    """What became of one document."""
    became = "retracted" if done.retracted else str(done.fate)
    state = "no longer findable" if done.retracted else "findable"
    fresh = "" if done.freshness_ms is None else f", {state} after {done.freshness_ms:.0f} ms"
    output.say(f"{done.document_id}: {became}{fresh}{': ' + done.reason if done.reason else ''}")


def note(message: str) -> None:
    """A line beside the output."""
    output.err.print(message, markup=False, soft_wrap=True)
