"""The folder of a suite over many editions: a file of documents for each, questions, a card, the validity of facts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.lab.suites import card as cards
from shared.lab.suites import folder
from shared.lab.suites.card import Card, Kind
from shared.lab.wires.drift import SLICES, Drift
from shared.lab.wires.knobs import VERSION, Knobs
from shared.lab.wires.wire import document
from shared.messages import Question

FACTS = "facts.jsonl"


def write(place: Path, drift: Drift) -> int:
    """Write the suite's folder and the validity of every fact; returns how many questions it has."""
    place.mkdir(parents=True, exist_ok=True)
    questions = drift.questions()
    for file in place.glob(folder.EDITION.format("*")):
        file.unlink()
    files: dict[str, Iterable[Mapping[str, Any]]] = {
        folder.EDITION.format(f"{edition:03}"): map(document, drift.timeline.in_edition(edition))
        for edition in range(1, drift.knobs.editions + 1)
    }
    files[folder.QUESTIONS] = (question.model_dump(mode="json", exclude_defaults=True) for question in questions)
    files[FACTS] = drift.facts()
    for name, rows in files.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (place / name).write_bytes(text.encode())
    (place / cards.FILE).write_bytes(cards.written(_card(drift.knobs, questions)).encode())
    return len(questions)


def _card(knobs: Knobs, questions: Sequence[Question]) -> Card:
    asked_for = {question.slice for question in questions}
    return Card(
        name=f"drift-{knobs.seed}",
        version=VERSION,
        kind=Kind.question_answering,
        licence="Apache-2.0",
        source=f"Made by tiltyard wire drift, seed {knobs.seed}, {knobs.editions} editions; all of it is invented.",
        measures="Whether answers keep up with news that changes, and whether what was known on a day is told apart.",
        not_for="Saying how well a system reads news: the sentences come from a grammar and are more regular.",
        slices={name: about for name, about in SLICES.items() if name in asked_for},
    )
