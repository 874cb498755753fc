"""The page of a decision, as somebody reads it who has never seen Tiltyard."""

import re
from dataclasses import replace

import pytest

from shared.lab.deciding import asked_often, page, ways
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.files import TITLE
from shared.lab.deciding.values import Rates, Values
from shared.lab.deciding.ways import FROM_MEMORY, TAKEN_AS_WRONG
from shared.lab.report import html, markdown
from shared.lab.report.blocks import Figure, Paragraph, Section, Table
from shared.messages import ArmTaken
from tests.deciding import RATES, a_curve, decided

STEEP = a_curve((60, 0.2), (60, 0.25), (120, 0.36), (120, 0.33), (240, 0.47), (240, 0.52))


@pytest.fixture(scope="module")
def made() -> Decided:
    return decided()


def of_anchor(made: Decided, anchor: str) -> Section:
    return next(section for section in page.sections(made) if section.anchor == anchor)


def texts(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def table(section: Section) -> Table:
    return next(block for block in section.blocks if isinstance(block, Table))


def told(made: Decided) -> dict[str, str]:
    """Question -> answer."""
    return {row[0]: row[1] for row in table(asked_often.section(made)).rows}


def test_each_question_that_people_ask_has_an_answer_or_what_it_would_take(made: Decided) -> None:
    answers = told(made)

    assert all(answer.endswith((".", ")")) for answer in answers.values()), answers
    assert answers["Does it know the news by heart after training?"].startswith("tuned against base: +")
    assert "tuned+rag found what answers on" in answers["Where does retrieval fail: not found, or misread?"]
    assert "tuned 300.0 s" in answers["How soon is an update known?"]
    assert "contest `all`" in answers["Does a long prompt with all the news make this unnecessary?"]
    assert len(answers) == len(table(asked_often.section(made)).rows) >= 14


def test_contestants_are_explained_before_the_map_names_them(made: Decided) -> None:
    sections = [section.anchor for section in page.sections(made)]
    rows = {row[0]: row[1:] for row in table(of_anchor(made, "ways")).rows}

    assert sections[:3] == ["verdict", "map", "ways"], "the first screen leads to the map"
    [*_, named] = of_anchor(made, "verdict").blocks
    assert all(f"{name} is the model" in str(named) for name in made.chart.names)
    assert rows["base"] == ["the model as it is, from memory", "never: it knows what the model knew before"]
    assert rows["tuned+rag"][0] == "the model after training on the news, with passages that a search found"
    assert rows["tuned"][1] == "by the next training"
    assert set(rows) == {one.name for one in made.evidence.contestants}


def test_an_arm_is_put_in_words_by_what_it_sets() -> None:
    plain = ArmTaken(name="x", speaker="tuned", context="rag")
    other = ArmTaken(name="y", speaker="tuned-rag", context="sparse", prompt="with-examples", strength=0.75)
    whole = ArmTaken(name="z", speaker="base", context="cag")

    assert ways.in_words(plain, [plain, whole]) == (
        "the model after training on the news, with passages that a search found"
    )
    assert "(adapter tuned)" in ways.in_words(plain, [plain, other])
    assert ways.in_words(other, [plain, other]) == (
        "the model after training on the news (adapter tuned-rag) at 75 % of its strength, with passages that a "
        "search found (search sparse); its prompt shows by examples how to answer"
    )
    assert "with the newest news in its prompt" in ways.in_words(whole, [plain, whole])


def test_what_comes_first_says_what_the_recommended_way_is(made: Decided) -> None:
    said = texts(of_anchor(made, "verdict"))

    assert f"{made.decision.best} is the model after training on the news" in said
    assert all(f"{rival} is the model" in said for rival in made.decision.rivals)


def test_pending_answers_that_nobody_gave_are_marked(made: Decided) -> None:
    section = of_anchor(made, "rates")
    pending = {row[0]: row[5] for row in table(section).rows}

    assert pending["base+rag"].endswith(f", {FROM_MEMORY}")
    assert not any(FROM_MEMORY in pending[name] for name in ("base", "tuned", "tuned+rag"))
    assert f'"{FROM_MEMORY}" is what its model says without reading' in texts(section)


def test_pending_answers_that_are_taken_as_wrong_are_marked(made: Decided) -> None:
    alone = replace(made, basis=replace(made.basis, without_memory=("base+rag",)))
    pending = {row[0]: row[5] for row in table(of_anchor(alone, "rates")).rows}

    assert pending["base+rag"].endswith(f", {TAKEN_AS_WRONG}")


def test_commands_read_as_code(made: Decided) -> None:
    sections = page.sections(made)
    text, written = markdown.render(TITLE, sections), html.render(TITLE, "", sections)

    assert "`tiltyard report --from`" in text
    assert "\\`" not in text
    assert "<code>tiltyard report --from</code>" in written
    assert "`" not in re.sub(r"<style>.*?</style>", "", written, flags=re.DOTALL)


def test_a_machine_that_does_not_keep_up_is_said_first() -> None:
    busy = decided(Rates(questions_per_day=200_000, updates_per_day=50), Values(silent=-1.9, machine_second=0))
    said = texts(of_anchor(busy, "verdict"))

    assert f"But one machine does not keep up with {busy.decision.best}" in said
    assert "it does not keep up" in told(busy)["Does the machine keep up?"]


def test_without_updates_an_arrow_leads_out_of_the_map() -> None:
    still = decided(Rates(questions_per_day=1_000, updates_per_day=0))
    [drawn] = of_anchor(still, "map").blocks
    [starred] = of_anchor(decided(), "map").blocks

    assert isinstance(drawn, Figure)
    assert isinstance(starred, Figure)
    assert "see the arrow" in drawn.caption
    assert "the star is your point" in starred.caption


def test_where_tuning_fails_is_told_by_age_and_by_kind(made: Decided) -> None:
    said = told(made)["Where does tuning fail?"]

    assert "tuned was right on 34 of 68 questions about news that it learned, on 2 of 64 questions about later" in said
    assert "least often on new: 2.3 % (95 % interval" in said


def test_what_the_data_lack_is_said_and_nothing_else(made: Decided) -> None:
    said = told(made)["What do the data lack?"]
    poor = replace(made.basis, corrected=0, retracted=0, unanswerable=0, joined=0, documents=12, undated=3)
    all_of_it = told(replace(made, basis=poor))["What do the data lack?"]

    assert said == "1 training of the three at least that speak of more than their adapters."
    for lack in ("no correction", "no retraction", "without an answer", "several documents", "about 12 documents",
                 "3 questions about news of an unknown time"):  # fmt: skip
        assert lack in all_of_it


def test_the_basis_counts_kinds_of_question(made: Decided) -> None:
    assert (made.basis.corrected, made.basis.retracted, made.basis.joined) == (20, 15, 24)


def test_a_learning_curve_is_told_and_drawn(made: Decided) -> None:
    section = asked_often.section(replace(made, curve=STEEP))
    [drawn] = [block for block in section.blocks if isinstance(block, Figure)]
    said = {row[0]: row[1] for row in table(section).rows}["How many examples does training need?"]

    assert re.match(
        r"With 240 pairs 49\.\d % \(\d+\.\d to \d+\.\d\) of what was asked after what their pairs teach is right, "
        r"with twice the pairs expect 6",
        said,
    )
    assert drawn.svg.startswith("<svg")
    assert "over its number of pairs" in drawn.caption


def test_without_a_curve_the_row_says_how_to_get_one(made: Decided) -> None:
    assert "`learning_curve.json`" in told(made)["How many examples does training need?"]


def test_a_curve_that_tells_nothing_says_so(made: Decided) -> None:
    few = replace(made, curve=a_curve((100, 0.4), (200, 0.5)))
    flat = replace(made, curve=a_curve((50, 0.4), (100, 0.42), (200, 0.39), (400, 0.41)))
    asked = "How many examples does training need?"

    assert told(few)[asked].startswith("Undecided: 2 trainings of 2 sizes make no curve")
    assert told(flat)[asked].startswith("Undecided whether more helps: with 400 pairs 4")


def test_the_page_names_files_versions_and_how_to_decide_again(made: Decided) -> None:
    section = of_anchor(made, "provenance")

    assert table(section).rows == [["out/contest/results.jsonl", "5a" * 8]]
    assert "python 3.11.0 and tiltyard 0.1.0" in texts(section)
    assert "`tiltyard decide --again`" in texts(section)
    assert made.made_with.options.rates == RATES
