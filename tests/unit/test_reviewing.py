"""A review of a newswire's questions: who is drawn, what is written, what the trial asks then, and what it counts."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.console.demo import newswire as demo_newswire
from services.generator.tuning.data.asking import newswire
from shared.jobs.asking import MADE
from shared.lab.reviewing import counting, drawing, passages, verdicts
from shared.lab.reviewing.applying import applied
from shared.lab.reviewing.counting import Review
from shared.lab.reviewing.verdicts import Verdict
from shared.lines import read_all
from shared.messages import DocumentPublished, Question
from shared.source_files import DataError
from tests.builders import NOON
from tests.cases import every_case
from tests.command_line import Ended
from tests.unit.test_newswire_of_documents import CUTOFF, DOCUMENTS


def asked(number: int, **changes: object) -> Question:
    given = {"question_id": f"made-{number:05}", "text": f"Where is dock {number}?", "references": (f"pier {number}",)}
    return Question.model_validate(given | changes)


QUESTIONS = [asked(number) for number in range(40)]


def said(question: Question, verdict: verdicts.Said = "accept", seed: int = 1) -> Verdict:
    return verdicts.given(question, seed, verdict, at=NOON)


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """A newswire of documents, as `tiltyard wire of` writes it."""
    made = newswire.make(DOCUMENTS, CUTOFF)
    rows = {"edition1.documents": made.edition1, "edition2.documents": made.edition2,
            "training_pairs": made.pairs, "questions": made.questions}  # fmt: skip
    for name, messages in rows.items():
        text = "".join(f"{message.model_dump_json(exclude_defaults=True)}\n" for message in messages)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def typed(tiltyard: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """`tiltyard wire review FOLDER ...` with these lines on its standard input."""
    import io

    def run(folder: Path, *lines: str, options: tuple[str, ...] = ()) -> Ended:
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("".join(f"{line}\n" for line in lines).encode())))
            return tiltyard("wire", "review", str(folder), *options)

    return run


def first(folder: Path, number: int = 1) -> list[Question]:
    """Those that are drawn first."""
    return drawing.order(read_all(folder / "questions.jsonl", Question), 1)[:number]


def test_every_question_is_as_likely_to_be_drawn_as_any_other() -> None:
    often = Counter(one.question_id for seed in range(400) for one in drawing.order(QUESTIONS, seed)[:10])

    assert len(often) == 40
    assert all(60 <= count <= 140 for count in often.values()), "100 each, and 4 standard errors are 35"


def test_the_draw_hangs_on_the_seed_and_on_no_other_question() -> None:
    whole = [one.question_id for one in drawing.order(QUESTIONS, 1)]
    few = [one.question_id for one in drawing.order([*reversed(QUESTIONS[::2])], 1)]

    assert few == [name for name in whole if int(name.removeprefix("made-")) % 2 == 0]
    assert whole != [one.question_id for one in drawing.order(QUESTIONS, 2)]


def test_what_was_read_is_not_asked_again_until_it_is_changed() -> None:
    read = [said(question) for question in drawing.order(QUESTIONS, 1)[:10]]
    due = drawing.due(QUESTIONS, verdicts.latest(read), 12, 1)
    changed = [asked(number, references=("another pier",)) for number in range(40)]

    assert due == drawing.order(QUESTIONS, 1)[10:12]
    assert len(drawing.due(changed, verdicts.latest(read), 12, 1)) == 12


def test_dropped_questions_are_left_out_and_mended_ones_are_asked_as_mended() -> None:
    mended = verdicts.mended(QUESTIONS[1], 1, text="Which pier has dock 1?", references=("1", "one"), at=NOON)
    made = applied(
        QUESTIONS[:4], [said(QUESTIONS[0], "drop"), mended, said(QUESTIONS[2]), said(asked(9, text="Gone?"))]
    )

    assert [one.text for one in made.questions] == [
        "Which pier has dock 1?", "Where is dock 2?", "Where is dock 3?",
    ]  # fmt: skip
    assert made.questions[0].references == ("1", "one")
    assert made.read == {"made-00001", "made-00002"}
    assert (made.dropped, made.outlived) == (1, 1)
    assert "1 are left out" in made.sentence
    assert applied(QUESTIONS, []).sentence == ""


def test_the_last_verdict_on_a_question_counts() -> None:
    made = applied(QUESTIONS, [said(QUESTIONS[0], "drop"), said(QUESTIONS[0])])

    assert len(made.questions) == 40


def test_bad_questions_are_counted_over_what_was_drawn_without_a_gap() -> None:
    order = drawing.order(QUESTIONS, 1)
    read = [said(question, "drop" if at < 3 else "accept") for at, question in enumerate(order[:20])]
    chosen = [said(question, "drop").model_copy(update={"seed": None}) for question in order[30:]]

    counted = counting.counted(QUESTIONS, read + chosen)
    assert counted == Review(reviewed=20, good=17)
    assert counting.counted(QUESTIONS, read[:5] + read[6:]) == Review(reviewed=5, good=2), "what is left out ends it"
    assert counting.counted(QUESTIONS, chosen) is None, "who chooses what to read has no random sample"


def test_questions_that_came_since_are_drawn_before_old_verdicts_count_again() -> None:
    """Otherwise rules that were mended would look as good as what was left of their questions."""
    read = [said(question) for question in drawing.order(QUESTIONS[:20], 3)]
    whole = [int(one.question_id.removeprefix("made-")) for one in drawing.order(QUESTIONS, 1)]
    leading = next(at for at, number in enumerate(whole) if number >= 20)
    counted = counting.counted(QUESTIONS, [one.model_copy(update={"seed": 1}) for one in read])

    assert 0 < leading < 20
    assert counted == Review(reviewed=leading, good=leading)


def test_the_rate_of_bad_questions_has_the_limits_of_clopper_and_pearson() -> None:
    errors = Review(reviewed=30, good=26).errors

    assert errors.mean == pytest.approx(4 / 30)
    assert (errors.low, errors.high) == pytest.approx((0.0376, 0.3072), abs=1e-4)
    assert Review(reviewed=30, good=30).errors.high == pytest.approx(0.1157, abs=1e-4)


def test_only_what_nobody_read_may_still_be_bad() -> None:
    review = Review(reviewed=30, good=26)
    half = counting.among(review, QUESTIONS[:20], {one.question_id for one in QUESTIONS[:10]})

    assert half is not None
    assert half.bad == pytest.approx(review.bad / 2)
    everything = counting.among(review, QUESTIONS, {one.question_id for one in QUESTIONS})
    assert everything is not None
    assert everything.bad == 0


def test_a_reviewer_sees_the_sentences_that_answer_and_what_comes_nearest_to_what_nothing_does() -> None:
    told = passages.texts([DOCUMENTS[:3], DOCUMENTS[3:]])
    mill = asked(1, text="How long?", references=("15",), gold_document_ids=("mill",))
    gone = asked(2, text="How many?", references=(), outdated="340", gold_document_ids=("museum",))
    none = asked(3, text="For how many days will the mill at Skarrow be shut?", references=())

    assert passages.passages(mill, told) == ["mill: The mill at Garrand will be shut for 15 days from Monday."]
    assert passages.passages(gone, told)[0].startswith("museum, which does not stand any more: The museum")
    assert passages.passages(none, told)[0].startswith("mill: The mill at Garrand")
    assert told["port"].strip() == "The port of Skarrow has 9 cranes.", "markup is not shown"


def test_a_verdict_that_contradicts_itself_is_refused() -> None:
    given = dict(said(QUESTIONS[0]))
    with every_case() as case:
        for changes, why in (
            ({"verdict": "mend"}, "needs a new `text`"),
            ({"verdict": "drop", "text": "Other?"}, 'for a question to "mend"'),
            ({"question": "Another?"}, "write what is new behind `text`"),
        ):
            with case(changes), pytest.raises(ValidationError, match=why):
                Verdict.model_validate(given | changes)


def test_each_verdict_is_written_at_once_and_the_next_start_goes_on(wire: Path, typed: Callable[..., Ended]) -> None:
    begun = typed(wire, "accept", "d", options=("--by", "ada"))
    assert begun.returncode == 0, begun.stderr
    assert "2 reviewed of 7, 1 good as they stood: 50.0 % are bad (95 % interval 1.3 to 98.7)." in begun.stdout
    assert [(one.verdict, one.by) for one in verdicts.read(wire)] == [("accept", "ada"), ("drop", "ada")]

    on = typed(wire, "quit")
    assert "1 of 5: " in on.stdout
    assert len(verdicts.read(wire)) == 2


def test_a_question_is_mended_in_the_terminal_and_not_into_what_is_trained_on(
    wire: Path, typed: Callable[..., Ended]
) -> None:
    taught = json.loads((wire / "training_pairs.jsonl").read_text(encoding="utf-8").splitlines()[0])["question"]
    ended = typed(wire, "what", "m", "", "", "m", taught.upper(), "", "mend", "How long is it shut?", "15 | fifteen")

    assert "Type accept, mend, drop or quit" in ended.stdout
    assert "needs a new `text`" in ended.stdout
    assert "the words of a training pair" in ended.stdout
    [mended] = verdicts.read(wire)
    assert (mended.text, mended.references) == ("How long is it shut?", ("15", "fifteen"))
    assert "How long is it shut?" in {question.text for question in demo_newswire.load(wire).questions}


def test_a_sheet_can_be_filled_in_an_editor(wire: Path, typed: Callable[..., Ended]) -> None:
    assert typed(wire, options=("--sheet", "--questions", "3")).returncode == 0
    file = wire / verdicts.FILE
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["verdict"] for row in rows] == [None] * 3
    assert [row["question"] for row in rows] == [question.text for question in first(wire, 3)]
    rows[0]["verdict"], rows[1]["verdict"] = "accept", "drop"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    assert "0 questions are written" in typed(wire, options=("--sheet", "--questions", "3")).stdout
    assert "3 reviewed of 3, 2 good" in typed(wire, "accept", options=("--questions", "3")).stdout
    assert len(demo_newswire.load(wire).questions) == 6


def test_the_trial_takes_a_review_up(wire: Path) -> None:
    drawn = first(wire, 3)
    verdicts.append(wire, [said(drawn[0], "drop"), said(drawn[1]), said(drawn[2])])
    loaded = demo_newswire.load(wire)

    assert drawn[0].question_id not in {question.question_id for question in loaded.questions}
    assert (
        loaded.reviewed.sentence
        == "By review.jsonl: 2 questions were read and stand, 0 are asked as mended, 1 are left out."
    )
    review = loaded.review_of(loaded.questions)
    assert review == Review(reviewed=3, good=2, unread=4 / 6)


def test_a_review_that_spoils_the_trial_is_refused_with_its_file(wire: Path) -> None:
    taught = json.loads((wire / "training_pairs.jsonl").read_text(encoding="utf-8").splitlines()[0])["question"]
    [question] = first(wire)
    every = read_all(wire / "questions.jsonl", Question)
    cases = {
        "is mended into the words of a training pair": [
            verdicts.mended(question, 1, text=taught, references=None, at=NOON)
        ],
        "every question is dropped": [said(each, "drop") for each in every],
        "as mended is no question": [
            said(question).model_copy(update={"verdict": "mend", "text": " "})
        ],
    }  # fmt: skip
    with every_case() as case:
        for why, lines in cases.items():
            (wire / verdicts.FILE).unlink(missing_ok=True)
            verdicts.append(wire, lines)
            with case(why), pytest.raises(DataError, match=why):
                demo_newswire.load(wire)


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_lost(wire: Path, typed: Callable[..., Ended]) -> None:
    (wire / verdicts.FILE).write_text('{"item": 3}\n', encoding="utf-8")
    ended = typed(wire, "accept")

    assert ended.returncode == 65
    assert "review.jsonl, line 1" in ended.stderr
    assert (wire / verdicts.FILE).read_text(encoding="utf-8") == '{"item": 3}\n'


def test_questions_by_rules_are_known_by_their_ids() -> None:
    assert all(question.question_id.startswith(MADE) for question in newswire.make(DOCUMENTS, CUTOFF).questions)


def test_html_that_no_library_reads_is_shown_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    import inscriptis

    def broken(_: str) -> str:
        raise RecursionError

    monkeypatch.setattr(inscriptis, "get_text", broken)
    page = DocumentPublished(document_id="a", title="A", text="<p>9 cranes</p>", content_type="text/html")

    assert passages.texts([[page]]) == {"a": "A\n<p>9 cranes</p>"}
