"""The learning curve of a decision, and what its page says of reading, questions and trainings."""

import json
from pathlib import Path

from services.console.deciding import curve_points, said
from services.console.deciding.curve import Curve, about_learned, name_of
from services.console.deciding.planning import Plan
from services.console.deciding.sources import SourceRead
from services.console.deciding.steps import Outcome, SourcesRead
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from shared.jobs.asking import NewswireMade
from shared.jobs.tuning import AdapterReport
from shared.lab.deciding import learning_curve
from shared.lab.report import markdown
from shared.messages import Arm, Contest
from tests.adapters import announced
from tests.builders import a_document, a_question
from tests.results import a_result, a_scored

SHARES = (0.25, 0.5)


def a_wire(folder: Path) -> Newswire:
    """Eight stories of the first edition, of which one was corrected, each with a pair and a question."""
    names = [f"story-{number}" for number in range(8)]
    pairs = folder / "pairs.jsonl"
    rows = [{"question": f"Where is {name}?", "answer": "here", "document_id": name} for name in names]
    pairs.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    questions = [a_question(question_id=f"q-{name}", gold_document_ids=(name,)) for name in names]
    edition1 = [a_document(document_id=name) for name in names]
    return Newswire(edition1, [a_document(document_id="story-0")], questions, pairs, len(rows), len(rows))


TUNED_ALONE = Contest(name="one", arms=(Arm(name="from-memory", speaker="tuned"),))


def a_plan(shares: tuple[float, ...] = ()) -> Plan:
    return Plan(questions=7, trainings=3, tokens=20_000, shares=shares, seconds=60.0)


def a_run(wire: Newswire, right: int) -> Run:
    """Of the questions about what was learned so many are right."""
    results = [
        a_result(
            a_scored("from-memory", correct=float(number < right)),
            question_id=question.question_id,
            gold_document_ids=question.gold_document_ids,
        )
        for number, question in enumerate(about_learned(wire, wire.questions))
    ]
    return Run(AdapterReport.of(announced()), results)


def a_curve(folder: Path, wire: Newswire) -> Curve:
    kept = KeptRuns(folder, {})
    curve = Curve(wire, wire.questions, TUNED_ALONE, a_plan(SHARES), kept, folder)
    for share, right in zip(SHARES, (1, 2), strict=True):
        rows = wire.pairs_file.read_text().splitlines()[: round(8 * share)]
        curve.pairs_of(share).write_text("\n".join(rows) + "\n")
        kept.keep(name_of(share), a_run(wire, right))
    return curve


def test_what_came_again_later_is_not_asked_of_what_was_learned(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    assert [question.question_id for question in about_learned(wire, wire.questions)] == [
        f"q-story-{number}" for number in range(1, 8)
    ]


def test_each_training_is_a_point_with_what_it_learned_and_was_asked_of_that(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    curve_points.write(a_curve(tmp_path, wire), {"seed-1": a_run(wire, 6)}, tmp_path)

    points = learning_curve.read(tmp_path / learning_curve.FILE).points
    assert [(point.pairs, point.documents, round(point.n * point.right), point.n) for point in points] == [
        (2, 2, 1, 1),
        (4, 4, 2, 3),
        (8, 8, 6, 7),
    ]


def test_a_small_training_is_asked_about_what_it_was_taught_alone(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    curve = a_curve(tmp_path, wire)
    asked = {share: [question.question_id for question in curve.asked_of(share)] for share in SHARES}
    assert asked == {0.25: ["q-story-1"], 0.5: ["q-story-1", "q-story-2", "q-story-3"]}


def test_without_small_trainings_there_is_no_curve(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    (tmp_path / learning_curve.FILE).write_text("of before")
    curve = Curve(wire, wire.questions, TUNED_ALONE, a_plan(), KeptRuns(tmp_path, {}), tmp_path)
    curve_points.write(curve, {"seed-1": a_run(wire, 6)}, tmp_path)
    assert not (tmp_path / learning_curve.FILE).exists()


def test_the_page_says_what_was_read_made_and_trained(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    read = SourceRead(source="press", published=9, retracted=0, unreadable=("a.pdf: no text",), unreadable_in_all=1)
    made = NewswireMade(edition1=8, edition2=1, cutoff=None, pairs=8, questions={"learned": 7}, left_out={"empty": 2},
                        unanswerable=0)  # fmt: skip
    runs, asked = {"seed-1": a_run(wire, 6)}, wire.questions
    outcome = Outcome(tmp_path, runs, a_plan(), SourcesRead(sources=(read,)), made, asked)

    text = markdown.render("Decision", said.sections(outcome))
    for sentence in (
        "a.pdf: no text",
        "2 documents: empty",
        "These questions were asked, and they are your own: 8 learned",
        "Not tested: what becomes of a correction and of a retraction",
        "allowed each training 20,000 tokens",
        "1 of 3 trainings fitted into the budget of time",
    ):
        assert sentence in text
