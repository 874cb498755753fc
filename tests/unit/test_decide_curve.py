"""The learning curve of a decision, and what its page says of reading, questions and trainings."""

import json
from pathlib import Path

from services.console.deciding import curve_points, said
from services.console.deciding.curve import Curve, about_learned, name_of
from services.console.deciding.planning import Plan
from services.console.deciding.sources import SourceRead
from services.console.deciding.steps import Held, SourcesRead
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from shared.jobs.asking import NewswireMade
from shared.jobs.tuning import AdapterReport
from shared.lab.deciding import learning_curve
from shared.lab.report import markdown
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


def a_run(wire: Newswire, right: int) -> Run:
    """Of the questions about what was learned so many are right."""
    results = [
        a_result(
            a_scored("tuned", correct=float(number < right)),
            question_id=question.question_id,
            gold_document_ids=question.gold_document_ids,
        )
        for number, question in enumerate(about_learned(wire, wire.questions))
    ]
    return Run(AdapterReport.of(announced()), results)


def a_curve(folder: Path, wire: Newswire) -> Curve:
    kept = KeptRuns(folder, {})
    curve = Curve(wire, about_learned(wire, wire.questions), SHARES, None, kept, folder)
    for share, right in zip(SHARES, (1, 3), strict=True):
        rows = wire.pairs_file.read_text().splitlines()[: round(8 * share)]
        curve.pairs_of(share).write_text("\n".join(rows) + "\n")
        kept.keep(name_of(share), a_run(wire, right))
    return curve


def test_what_came_again_later_is_not_asked_of_what_was_learned(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    assert [question.question_id for question in about_learned(wire, wire.questions)] == [
        f"q-story-{number}" for number in range(1, 8)
    ]


def test_each_training_is_a_point_with_what_it_learned_from(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    curve_points.write(a_curve(tmp_path, wire), {"seed-1": a_run(wire, 6)}, tmp_path)

    points = learning_curve.read(tmp_path / learning_curve.FILE).points
    assert [(point.pairs, point.documents, round(7 * point.right), point.n) for point in points] == [
        (2, 2, 1, 7),
        (4, 4, 3, 7),
        (8, 8, 6, 7),
    ]


def test_without_small_trainings_there_is_no_curve(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    (tmp_path / learning_curve.FILE).write_text("of before")
    curve_points.write(
        Curve(wire, wire.questions, (), None, KeptRuns(tmp_path, {}), tmp_path), {"seed-1": a_run(wire, 6)}, tmp_path
    )
    assert not (tmp_path / learning_curve.FILE).exists()


def test_the_page_says_what_was_read_made_and_trained(tmp_path: Path) -> None:
    wire = a_wire(tmp_path)
    read = SourceRead(source="press", published=9, retracted=0, unreadable=("a.pdf: no text",), unreadable_in_all=1)
    made = NewswireMade(edition1=8, edition2=1, cutoff=None, pairs=8, questions={"learned": 7}, left_out={"empty": 2},
                        unanswerable=0)  # fmt: skip
    plan = Plan(questions=7, trainings=3, tokens=20_000, shares=(), seconds=60.0)
    held = Held(tmp_path, {"seed-1": a_run(wire, 6)}, plan, SourcesRead(sources=(read,)), made, a_curve(tmp_path, wire))

    text = markdown.render("Decision", said.sections(held))
    for sentence in (
        "a.pdf: no text",
        "2 documents: empty",
        "Not tested: what becomes of a correction and of a retraction",
        "allowed each training 20,000 tokens",
        "1 of 3 trainings fitted into the budget of time",
    ):
        assert sentence in text
