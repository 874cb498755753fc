"""A whole wire from its knobs, and its folder in the format of the sample newswire."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from shared.lab.wires.editions import Newsroom
from shared.lab.wires.knobs import VERSION, Knobs, checked
from shared.lab.wires.questions import Asker
from shared.lab.wires.timeline import Event, Timeline
from shared.messages import Message, Question, TrainingPair

CARD, README = "card.json", "README.md"
SLICES = ("learned", "new", "corrected", "retracted", "unanswerable", "multi")
Row = dict[str, Any]


@dataclass(frozen=True)
class Wire:
    """Two editions with pairs for the first and questions about both."""

    knobs: Knobs
    timeline: Timeline
    pairs: Sequence[TrainingPair]
    questions: Sequence[Question]

    @property
    def files(self) -> dict[str, str]:
        """The text of every file of the folder, by its name."""
        data = {
            "edition1.documents.jsonl": _lines(map(document, self.timeline.in_edition(1))),
            "edition2.documents.jsonl": _lines(map(document, self.timeline.in_edition(2))),
            "training_pairs.jsonl": _lines(map(_row, self.pairs)),
            "questions.jsonl": _lines(map(_row, self.questions)),
        }
        card = self.card | {"sha256": {name: sha256(text.encode()).hexdigest() for name, text in data.items()}}
        return data | {CARD: json.dumps(card, indent=2, ensure_ascii=False) + "\n", README: self._readme()}

    @property
    def card(self) -> Row:
        """What the wire is: generator, knobs and counts."""
        changes = Counter((event.edition, event.change) for event in self.timeline.events)
        slices = Counter(question.slice for question in self.questions)
        return {
            "generator": f"tiltyard wire {VERSION}",
            "knobs": self.knobs.model_dump(mode="json"),
            "documents": {
                f"edition {edition}: {change}": changes[edition, change] for edition, change in sorted(changes)
            },
            "training_pairs": len(self.pairs),
            "questions": {name: slices[name] for name in SLICES},
        }

    def _readme(self) -> str:
        counts = self.card
        questions = "\n".join(f"| {name} | {count} |" for name, count in counts["questions"].items())
        documents = "\n".join(f"| {name} | {count} |" for name, count in counts["documents"].items())
        return (
            f"# An invented newswire, seed {self.knobs.seed}\n\n"
            f"Made by `{counts['generator']}` from the knobs in `{CARD}`: the same knobs give the same bytes on every\n"
            "machine. Everything in it is invented; the sentences come from a grammar. The files are those of the\n"
            f"sample newswire, `services/console/newswire`.\n\n| documents | |\n|---|---|\n{documents}\n\n"
            f"| questions | |\n|---|---|\n{questions}\n\n{counts['training_pairs']} training pairs.\n"
        )


def make(knobs: Knobs) -> Wire:
    """The wire of these knobs. ValueError where they do not go together."""
    if checked(knobs).editions != 2:
        raise ValueError("a wire has two editions; `tiltyard wire drift` makes more")
    timeline = Newsroom(knobs).timeline()
    asker = Asker(knobs, timeline)
    return Wire(knobs, timeline, list(asker.pairs()), asker.questions())


def write(folder: Path, wire: Wire) -> None:
    """Write the folder; whatever stood in these files before is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in wire.files.items():
        (folder / name).write_bytes(text.encode())


def document(event: Event) -> Row:
    """A line of a file of documents."""
    at = event.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if event.change == "retraction":
        return {"document_id": event.document_id, "source": event.source, "published_at": at, "op": "retract"}
    return {
        "document_id": event.document_id,
        "title": event.title,
        "text": event.text,
        "source": event.source,
        "published_at": at,
        "tags": list(event.story.kind.tags),
        "op": "upsert",
    }


def _row(message: Message | TrainingPair) -> Row:
    row = message.model_dump(mode="json", exclude_defaults=True)
    if isinstance(message, Question):
        fields = ("question_id", "text", "references", "slice", "gold_document_ids", "outdated")
        filled = {"gold_document_ids": [], **row}
        return {name: filled[name] for name in fields if name in filled}
    return row


def _lines(rows: Iterable[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
