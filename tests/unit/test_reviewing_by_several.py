"""What several reviewers on the page come to, and how it is taken up where it is counted."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.console.demo import newswire as demo_newswire
from services.console.live import reviews
from shared import lines, topology
from shared.lab.audit import sheet
from shared.lab.audit.sheet import Entry
from shared.lab.reviewing import agreeing, counting, drawing, sheets, taking_up, verdicts
from shared.lab.reviewing.given import Given, collected
from shared.lab.reviewing.settling import is_disputed, settled
from shared.memory.broker import MemoryBroker
from shared.messages import Question, Reviewed, ReviewItem
from shared.messages.reviews import ItemKind, Said
from tests.audits import a_sheet, some_results, truth_of
from tests.builders import NOON, a_document, a_question
from tests.command_line import Ended
from tests.unit.test_reviewing import QUESTIONS
from tests.unit.test_reviewing import wire as wire  # noqa: PLC0414  (a fixture)


def given(item: str, reviewer: str, said: Said, *, minutes: int = 0, **changes: object) -> Given:
    at = NOON + timedelta(minutes=minutes)
    fields = {"item_id": item, "reviewer": reviewer, "said": said, "said_at": at} | changes
    return Given(Reviewed.model_validate(fields), at)


class InMemory(reviews.ReviewTopics):
    """The same over a broker in memory."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    def require(self) -> None:
        """It is there."""

    def put(self, items: Sequence[ReviewItem]) -> None:
        self._broker.publish(topology.REVIEW_ITEMS, *items)

    def said(self) -> dict[str, Mapping[str, Given]]:
        return collected(self._broker.records(topology.REVIEWS.name))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> MemoryBroker:
    """What the console publishes for the page, and where reviewers answer."""
    broker = MemoryBroker()
    monkeypatch.setattr(reviews, "build", lambda: InMemory(broker))
    return broker


def put_on(page: MemoryBroker) -> list[ReviewItem]:
    items = [item for item in page.messages(topology.REVIEW_ITEMS) if isinstance(item, ReviewItem)]
    return sorted(items, key=lambda item: item.place)


def say(page: MemoryBroker, item: ReviewItem, reviewer: str, said: Said, minute: int = 0, **changes: object) -> None:
    at = NOON + timedelta(minutes=minute)
    fields = {"item_id": item.item_id, "reviewer": reviewer, "said": said, "said_at": at} | changes
    page.publish(topology.REVIEWS, Reviewed.model_validate(fields))


@pytest.mark.parametrize(
    ("said", "kind", "come_to"),
    [
        ("", "answer", None),
        ("right", "answer", "right"),
        ("right wrong", "answer", None),
        ("right wrong wrong", "answer", "wrong"),
        ("right wrong unsure", "answer", "unsure"),
        ("right right wrong wrong", "answer", "unsure"),
        ("accept mend", "question", None),
        ("accept mend mend", "question", "mend"),
        ("accept mend drop", "question", "drop"),
    ],
)
def test_most_decide_and_where_two_differ_a_third_does(said: str, kind: ItemKind, come_to: Said | None) -> None:
    words: list[Said] = [*said.split()]  # type: ignore[list-item]

    assert settled(words, kind) == come_to
    assert is_disputed(words, kind) == (len(words) == 2 and come_to is None)


def test_agreement_of_a_case_counted_by_hand() -> None:
    """Three items: two agree. Coincidences: a-a 2, b-b 2, one of each twice; alpha = 1 - 5 x 2 / (2 x 3 x 3)."""
    said = {"1": ["a", "a"], "2": ["b", "b"], "3": ["a", "b"], "4": ["a"]}
    found = agreeing.agreement(said, {name: name for name in said})

    assert (found.items, found.votes) == (3, 6)
    assert found.observed.mean == pytest.approx(2 / 3)
    assert found.alpha.mean == pytest.approx(1 - 10 / 18)
    assert "reviewers agree on 67 %" in agreeing.sentence(found)


def test_what_makes_no_verdict_is_refused() -> None:
    for fields in (
        {"said": "mend"}, {"said": "right", "text": "x"}, {"said": "mend", "text": " "},
        {"said": "mend", "references": ["a", " "]}, {"said": "yes"}, {"said": "right", "said_at": "noon"},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            Reviewed.model_validate({"item_id": "i", "reviewer": "ada", "said_at": NOON} | fields)


def test_a_sheet_drawn_by_the_console_is_counted_with_what_two_reviewers_said_on_the_page(
    tmp_path: Path, page: MemoryBroker, tiltyard: Callable[..., Ended]
) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text("".join(f"{result.model_dump_json()}\n" for result in some_results()), encoding="utf-8")
    by_hand, by_page = tmp_path / "hand.jsonl", tmp_path / "page.jsonl"
    for out, more in ((by_hand, ()), (by_page, ("--to-page",))):
        drawn = tiltyard("audit-answers", "draw", "--from", str(results), "--out", str(out), *more)
        assert drawn.returncode == 0, drawn.stderr
    filled = [entry.model_copy(update={"right": truth_of(entry.answer)}) for entry in lines.read_all(by_hand, Entry)]
    sheet.replace(by_hand, filled)
    items = put_on(page)
    assert [item.item_id for item in items] == [entry.item for entry in filled]
    for item in items:
        for reviewer in ("ada", "ben"):
            say(page, item, reviewer, "right" if truth_of(item.answer) else "wrong")
    of_hand = tiltyard("audit-answers", "count", str(by_hand), "--from", str(results))
    of_page = tiltyard("audit-answers", "count", str(by_page), "--from", str(results), "--from-page")

    agreed = [line for line in of_page.stdout.splitlines() if line.startswith("Two reviewers agree on 100 %")]
    assert len(agreed) == 1
    same = [line for line in of_page.stdout.splitlines() if line not in agreed]
    said = of_hand.stdout.replace("hand.jsonl", "page.jsonl").replace("A person read", "People read")
    assert same == said.splitlines()
    assert f"Taken up from the page Review: {len(items)} of {len(items)} lines." in of_page.stderr
    assert '"agreement"' in tiltyard("audit-answers", "count", str(by_page), "--from", str(results), "--json").stdout


def test_what_a_sheet_shows_on_the_page_names_no_arm_and_no_chance(tmp_path: Path) -> None:
    entries = lines.read_all(a_sheet(tmp_path, some_results()), Entry)
    for item in sheets.of_answers("audit", entries, 1):
        assert set(item.model_dump(exclude_defaults=True)) <= {
            "sheet_id", "item_id", "kind", "place", "number", "question", "accepted", "answer", "seed",
        }  # fmt: skip


def test_a_disputed_line_stays_open_until_a_third_decides(tmp_path: Path, page: MemoryBroker) -> None:
    path = a_sheet(tmp_path, some_results())
    entries = lines.read_all(path, Entry)
    first, second = sheets.of_answers("audit", entries, 1)[:2]
    for item, (one, other) in ((first, ("right", "wrong")), (second, ("wrong", "wrong"))):
        say(page, item, "ada", one)  # type: ignore[arg-type]
        say(page, item, "ben", other)  # type: ignore[arg-type]
    taken = taking_up.into_sheet(entries, reviews.build().said())
    assert [entry.right for entry in taken.lines[:3]] == [None, False, None]
    assert taken.disputed == (first.item_id,)
    say(page, first, "cleo", "wrong")
    taken = taking_up.into_sheet(taken.lines, reviews.build().said())

    assert [entry.right for entry in taken.lines[:3]] == [False, False, None]
    assert taken.lines[0].said == {"ada": True, "ben": False, "cleo": False}
    assert (taken.settled, taken.disputed) == (2, ())


def test_what_was_undone_leaves_the_sheet_again_and_what_was_written_by_hand_stays(tmp_path: Path) -> None:
    entries = lines.read_all(a_sheet(tmp_path, some_results()), Entry)
    first, second = entries[0].item, entries[1].item
    entries[1] = entries[1].model_copy(update={"right": False})
    said = {first: {"ada": given(first, "ada", "right")}, second: {"ada": given(second, "ada", "right")}}
    taken = taking_up.into_sheet(entries, said).lines
    assert [entry.right for entry in taken[:2]] == [True, False]
    undone = {first: {"ada": given(first, "ada", "undo")}}
    again = taking_up.into_sheet(taken, undone).lines

    assert [(entry.right, entry.said) for entry in again[:2]] == [(None, {}), (False, {})]
    changed = [taken[0].model_copy(update={"right": "unsure"}), *taken[1:]]
    assert taking_up.into_sheet(changed, said).lines[0].right == "unsure", "a line that a person changed since"


def test_a_review_on_the_page_enters_what_is_asked_and_what_is_counted(
    wire: Path, page: MemoryBroker, tiltyard: Callable[..., Ended]
) -> None:
    told = tiltyard("wire", "review", str(wire), "--questions", "4", "--to-page")
    assert told.returncode == 0, told.stderr
    items = put_on(page)
    assert [item.item_id for item in items] == [verdicts.item(one) for one in first(wire, 4)]
    for item, verdict in zip(items, ("accept", "drop", "accept", "accept"), strict=True):
        say(page, item, "ada", verdict)  # type: ignore[arg-type]
        say(page, item, "ben", verdict)  # type: ignore[arg-type]
    say(page, items[3], "ben", "mend", 1, references=["pier", "the pier"])
    say(page, items[3], "cleo", "mend", 2, references=["another pier"])
    said = tiltyard("wire", "review", str(wire), "--questions", "4", "--from-page")

    assert "4 reviewed of 4, 2 good as they stood" in said.stdout
    assert "Two reviewers agree on 78 %" in said.stdout, "(2 + 2 + 2 + 1) of 9 labels meet their like"
    loaded = demo_newswire.load(wire)
    assert (len(loaded.reviewed.accepted), len(loaded.reviewed.mended), loaded.reviewed.dropped) == (2, 1, 1)
    [mended] = [one for one in loaded.questions if one.question_id in loaded.reviewed.mended]
    assert mended.references == ("another pier",), "of several mends the newest"
    assert loaded.review is not None
    assert (loaded.review.reviewed, loaded.review.good) == (4, 2)
    assert "Krippendorff" in loaded.review.agreement
    assert tiltyard("wire", "review", str(wire), "--from-page").returncode == 0
    assert len(verdicts.read(wire)) == 4, "taken up again it stands there once"


def first(folder: Path, number: int) -> list[Question]:
    return drawing.order(lines.read_all(folder / "questions.jsonl", Question), 1)[:number]


def test_nothing_behind_a_disputed_question_is_counted_and_the_command_says_so(
    wire: Path, page: MemoryBroker, tiltyard: Callable[..., Ended]
) -> None:
    tiltyard("wire", "review", str(wire), "--questions", "3", "--to-page")
    items = put_on(page)
    for item in items:
        say(page, item, "ada", "accept")
    say(page, items[1], "ben", "drop")
    said = tiltyard("wire", "review", str(wire), "--questions", "3", "--from-page")

    assert "Left open, and nothing behind is counted" in said.stdout
    assert "1 reviewed of 3" in said.stdout


def test_a_question_mended_into_what_cannot_be_asked_stays_open() -> None:
    order = drawing.order(QUESTIONS, 1)
    names = [verdicts.item(question) for question in order]
    said = {
        names[0]: {"ada": given(names[0], "ada", "mend", text="Words of a pair?")},
        names[1]: {"ada": given(names[1], "ada", "mend", text="Other words?")},
    }
    taken = taking_up.into_review(QUESTIONS, [], said, 1, is_told=lambda one: one.text == "Words of a pair?")

    assert taken.refused == (names[0],)
    assert [line.text for line in taken.lines] == ["Other words?"]


def test_a_typed_verdict_stays_and_an_undone_one_leaves() -> None:
    order = drawing.order(QUESTIONS, 1)
    typed = verdicts.given(order[0], 1, "drop", at=NOON)
    names = [verdicts.item(question) for question in order]
    said = {name: {"ada": given(name, "ada", "accept")} for name in names[:3]}
    taken = taking_up.into_review(QUESTIONS, [typed], said, 1, is_told=lambda _: False).lines
    assert [line.verdict for line in taken] == ["drop", "accept", "accept"]
    said[names[1]] = {"ada": given(names[1], "ada", "undo")}
    again = taking_up.into_review(QUESTIONS, taken, said, 1, is_told=lambda _: False).lines

    assert [line.item for line in again] == [names[0], names[2]]
    review = counting.counted(QUESTIONS, again)
    assert review is not None
    assert (review.reviewed, review.good, review.agreement) == (1, 0, "")


def test_sentences_of_documents_with_labels_stand_beside_their_own_questions_alone() -> None:
    open_one = a_document(document_id="d-1", text="The pier was sold on Monday.")
    secret = a_document(document_id="d-2", text="The pier was sold to Marr.", labels=("desk",))
    texts = {one.document_id: one.text for one in (open_one, secret)}
    asked = [
        a_question(question_id="m-1", text="Who bought the pier?", references=("Marr",), gold_document_ids=("d-2",)),
        a_question(question_id="m-2", text="When was the pier sold?", references=(), labels=("board",)),
    ]
    own, nobodys = sheets.of_questions("wire", asked, [open_one, secret], texts, 1)

    assert own.document_labels == (("desk",),)
    assert own.shown == ("d-2: The pier was sold to Marr.",)
    assert nobodys.document_labels == (("board",),)
    assert nobodys.shown == ("d-1: The pier was sold on Monday.",)
    assert all(map(sheets.has_its_name, (own, nobodys)))
    assert not sheets.has_its_name(own.model_copy(update={"question": "Who sold it?"}))
