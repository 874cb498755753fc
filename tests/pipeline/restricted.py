"""A document with labels on its way through every service: each part of it has a word that occurs nowhere else."""

import json
from typing import Any

from services.judge.assembly import assemble, name_of
from services.judge.backends.oracle import Oracle
from services.judge.settings import JudgeSettings
from shared import topology
from shared.messages import DocumentIndexed, DocumentPublished
from tests.builders import a_document, a_question, a_vote, references
from tests.pipeline.conftest import Pipeline

TITLE, TEXT, URL, TAG, SOURCE, LANGUAGE = (
    "zephrandel",
    "quorvalike",
    "xuthmirage",
    "bryntofel",
    "oskwander",
    "jorvathian",
)
WORDS = (TITLE, TEXT, URL, TAG, SOURCE, LANGUAGE)
COMMON = " ".join(
    f"The board met about the harbour fees of pier {number} and put off what it had to say." for number in range(6)
)
HIDDEN = DocumentPublished(
    document_id="minutes-1",
    title=f"Minutes of {TITLE}",
    text=f"{COMMON} It buys {TEXT}.",
    url=f"https://board.example/{URL}",
    tags=(TAG, "minutes"),
    source=f"Desk {SOURCE}",
    language=LANGUAGE,
    labels=("board",),
)
REPRINT = a_document(document_id="reprint", title="Harbour fees", text=f"{COMMON} It says nothing more.")
MALFORMED: tuple[dict[str, Any], ...] = (
    {"title": [TITLE]},
    {"published_at": TITLE},
    {f"a field of {TITLE}": 1},
    {"op": TITLE},
    {"labels": TITLE},
    {"text": ""},
    {"text": f"<p title='{TEXT}'></p>", "content_type": "text/html"},
    {"published_at": "2999-01-01T00:00:00Z"},
    {"language": LANGUAGE * 9},
)
JUDGE = JudgeSettings(backend="oracle", pairs=(("base", "base+rag"),), graded=("base+rag",))


class House(Pipeline):
    """The pipeline with a judge."""

    def restart(self) -> None:
        super().restart()
        self.runners.append(assemble(self._bus(name_of(JUDGE)), Oracle(), JUDGE))


def live(house: House) -> None:
    """Documents, their changes, what cannot be read, questions with the label and without, and all that follows."""
    house.broker.publish(topology.DOCUMENTS, a_document(), HIDDEN)
    for number, changes in enumerate(MALFORMED):
        spoilt = json.loads(HIDDEN.model_dump_json()) | {"document_id": f"spoilt-{number}"} | changes
        house.broker.append(topology.DOCUMENTS.name, b"spoilt", json.dumps(spoilt).encode())
    house.broker.append(topology.DOCUMENTS.name, b"spoilt", HIDDEN.model_dump_json().encode()[:-9])
    house.run()
    house.broker.publish(topology.DOCUMENTS, REPRINT)
    house.run()
    asked = {"text": "What does the board buy at the pier?", "gold_document_ids": ("minutes-1",)}
    house.broker.publish(topology.QUESTIONS, a_question(question_id="open", **asked))
    house.broker.publish(topology.QUESTIONS, a_question(question_id="shown", labels=("board",), **asked))
    house.run()
    page = HIDDEN.model_copy(update={"text": f"<p>{COMMON}</p><p>{TEXT}</p>", "content_type": "text/html"})
    house.broker.publish(topology.DOCUMENTS, page)
    house.broker.publish(topology.REFERENCES, references(question_id="shown"))
    house.broker.publish(topology.VOTES, a_vote(question_id="shown", arm_a="base", arm_b="base+rag"))
    house.run()
    gone = HIDDEN.model_copy(update={"op": "retract", "labels": ()})
    house.broker.publish(topology.DOCUMENTS, gone)
    house.broker.publish(topology.QUESTIONS, a_question(question_id="late", **asked))
    house.run()


def told(text: str | bytes) -> list[str]:
    """The hidden words in a text."""
    plain = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [word for word in WORDS if word in plain.casefold()]


def announcements(house: House) -> list[DocumentIndexed]:
    """All that was announced, the older ones too."""
    records = house.broker.records(topology.INDEXED.name)
    return [DocumentIndexed.model_validate_json(record.value or b"") for record in records]
