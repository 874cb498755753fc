"""What must hold of an invented wire, as questions about its files: each check yields what breaks a promise."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from shared.lab.wires.kind import Kind
from shared.lab.wires.stories import Story
from shared.lab.wires.wire import Wire
from shared.measures import right
from shared.messages import Answer, Question
from tests.builders import an_answer

Row = dict[str, Any]
ABSTAIN = ("retracted", "unanswerable")
EDITED = ("corrected", "retracted")


class Files:
    """The rows of a wire's files, and its documents as they stand in the end."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.first, self.second = self.rows("edition1.documents"), self.rows("edition2.documents")
        self.pairs, self.questions = self.rows("training_pairs"), self.rows("questions")
        self.before = {row["document_id"]: row for row in self.first}
        latest = self.before | {row["document_id"]: row for row in self.second}
        self.live = {name: row for name, row in latest.items() if row["op"] == "upsert"}

    def rows(self, name: str) -> list[Row]:
        return [json.loads(line) for line in self.wire.files[f"{name}.jsonl"].splitlines()]

    def asked(self, *slices: str) -> list[Row]:
        return [row for row in self.questions if row["slice"] in slices]

    @property
    def everything(self) -> str:
        return "\n".join(f"{row['title']}\n{row['text']}" for row in self.live.values())


def contains(text: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


def normalised(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())


def documents(files: Files) -> Iterator[str]:
    """Ids are unique within an edition, texts are of the length of news, and no slot is left open."""
    for rows in (files.first, files.second):
        yield from (name for name, count in Counter(row["document_id"] for row in rows).items() if count > 1)
        stamps = [row["published_at"] for row in rows]
        yield from () if stamps == sorted(stamps) else ("not in order of publication",)
    for row in [*files.first, *files.second]:
        if row["op"] == "upsert":
            words = len(row["text"].split())
            yield from [f"{row['document_id']}: {words} words"] if not 55 <= words <= 260 else []
            yield from (
                [f"{row['document_id']}: open slot"] if re.search(r"[{}\[\]|]", row["text"] + row["title"]) else []
            )


def wordings(files: Files) -> Iterator[str]:
    """No test question is a training question, and neither comes twice."""
    taught = [normalised(row["question"]) for row in files.pairs]
    tested = [normalised(row["text"]) for row in files.questions]
    yield from (text for text, count in Counter([*taught, *tested]).items() if count > 1)


def answers(files: Files) -> Iterator[str]:
    """The preferred answer stands in every gold document but those that only tell who is meant; none is given away."""
    for row in files.questions:
        texts = [files.live[name]["text"] for name in row["gold_document_ids"]]
        if row["slice"] in ABSTAIN:
            yield from [row["question_id"]] if row["references"] or texts else []
            continue
        stating = texts[1:] if row["slice"] == "multi" else texts
        if not stating or not all(contains(text, row["references"][0]) for text in stating):
            yield f"{row['question_id']}: {row['references'][0]} does not stand in its gold document"
        given = [*row["references"], *([row["outdated"]] if "outdated" in row else [])]
        yield from (f"{row['question_id']}: {text}" for text in given if contains(row["text"], text))


def taught(files: Files) -> Iterator[str]:
    """A pair's answer stands in the document of edition 1 that it names."""
    for row in files.pairs:
        yield from [] if contains(files.before[row["document_id"]]["text"], row["answer"]) else [row["question"]]


def edits(files: Files) -> Iterator[str]:
    """What was corrected is gone from the story, what was taken back from the whole wire."""
    for row in files.asked("corrected"):
        name, old = row["gold_document_ids"][0], row["outdated"]
        if not contains(files.before[name]["text"], old) or old.lower() in files.live[name]["text"].lower():
            yield f"{row['question_id']}: {old}"
        if contains(files.before[name]["text"], row["references"][0]):
            yield f"{row['question_id']}: {row['references'][0]} stood there before"
    everything = files.everything.lower()
    yield from (row["question_id"] for row in files.asked("retracted") if row["outdated"].lower() in everything)


def chains(files: Files) -> Iterator[str]:
    """A question over two stories needs both: the first does not have the answer."""
    for row in files.asked("multi"):
        first, second = row["gold_document_ids"]
        if first == second or contains(files.live[first]["text"], row["references"][0]):
            yield row["question_id"]


def alone(files: Files) -> Iterator[str]:
    """No two stories of a kind share what their questions name them by; nor do two people share a name."""
    stories = [event.story for event in files.wire.timeline.events if event.change == "new"]
    seen: Counter[tuple[str, str, str]] = Counter()
    for story in stories:
        seen.update(
            (story.kind.name, slot, story.values[slot].text) for slot in story.kind.alone if slot in story.values
        )
    yield from (str(place) for place, count in seen.items() if count > 1)


def unsaid(files: Files) -> Iterator[str]:
    """What a story leaves out has no sentence in it, and a kind's unsaid questions are no wordings of its facts."""
    for event in files.wire.timeline.events:
        yield from _left_out(event.story)
        yield from _also_said(event.story.kind)


def _left_out(story: Story) -> Iterator[str]:
    facts = {sentence.fact for paragraph in story.plan.paragraphs for sentence in paragraph if sentence.fact}
    yield from [] if facts == set(story.said) and not facts & set(story.left) else [story.document_id]


def _also_said(kind: Kind) -> Iterator[str]:
    wordings = {text for fact in kind.facts.values() for text in fact.questions}
    yield from (text for text in kind.unsaid if text in wordings)


def measured(files: Files) -> Iterator[str]:
    """Each reference counts as right by the project's own measure, and the outdated answer as wrong."""
    for row in files.questions:
        question = Question.model_validate(row)
        for reference in row["references"]:
            for text in (reference, f"It is {reference}."):
                yield from (
                    [] if right.score(question, said(text)) == 1.0 else [f"{row['question_id']}: {text} is wrong"]
                )
        if row["references"] and "outdated" in row and right.score(question, said(row["outdated"])) != 0.0:
            yield f"{row['question_id']}: {row['outdated']} is right"


def said(text: str) -> Answer:
    return an_answer(text=text)


CHECKS: tuple[Callable[[Files], Iterator[str]], ...] = (
    documents, wordings, answers, taught, edits, chains, alone, unsaid, measured,
)  # fmt: skip
