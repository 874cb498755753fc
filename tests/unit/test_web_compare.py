"""Arms side by side on a page: which questions a view chooses, what is said of them, and to whom nothing is said."""

import re
from datetime import timedelta
from html import unescape
from itertools import combinations
from typing import Any

import pytest

from services.web.live.site import Site
from services.web.pages.compare import page as compare_page
from services.web.pages.compare.comparison import Compared, compared
from services.web.pages.compare.view import View
from services.web.pages.paging import AT_ONCE
from services.web.signing.people import Person
from shared import topology
from shared.lab.report import outcomes
from shared.messages import Result
from shared.messages.contests import MOST_ARMS
from shared.scoring.catalogue import is_right
from tests.builders import NOON
from tests.contests import within
from tests.results import ARMS, a_result, a_scored, a_trial
from tests.standings import standings
from tests.web import Pages, Signed

HOSTILE = "<script>alert('x')</script> <img src=x onerror=y> \u202egnp " + "w" * 900


@pytest.fixture
def pages() -> Pages:
    return Pages()


def put(pages: Pages, name: str, right: str = "", *, at: int = 0, arms: tuple[str, ...] = ARMS, **changes: Any) -> None:
    """A result in which the arms named in `right`, between spaces, are right."""
    said = [a_scored(arm, question_id=name, text=f"said by {arm}", correct=float(arm in right.split())) for arm in arms]
    result = a_result(*said, question_id=name, asked_at=NOON + timedelta(minutes=at), **changes)
    pages.publish(topology.RESULTS, within(result, *arms))


def listed(pages: Pages, query: str = "") -> list[str]:
    entries = pages.browser().get(f"/api/compare?{query}").json()["entries"]["items"]
    return [entry["question_id"] for entry in entries]


def test_without_results_the_page_says_what_to_do(pages: Pages) -> None:
    page = pages.browser().get("/compare")

    assert page.status_code == 200
    assert "Ask something" in page.text


def test_a_question_shows_every_arm_against_the_first_one(pages: Pages) -> None:
    put(pages, "q-1", "base+rag", text="Where is the fair?")
    page = pages.browser().get("/compare").text
    shown = pages.browser().get("/api/compare").json()

    assert (shown["view"]["arm"], [said["arm"] for said in shown["entries"]["items"][0]["answers"]]) == (
        "base",
        [*ARMS],
    )
    assert all(words in page for words in ("Where is the fair?", "the old harbour", "not right", "1.0 s"))
    assert re.search(r"<ins>.*?rag", page)


def test_another_arm_may_be_chosen_and_a_single_one_held_against_it(pages: Pages) -> None:
    put(pages, "q-1")
    shown = pages.browser().get("/api/compare?arm=tuned&other=base").json()

    assert [said["arm"] for said in shown["entries"]["items"][0]["answers"]] == ["tuned", "base"]
    assert [against["other"] for against in shown["against"]] == ["base"]


def test_outcomes_choose_questions(pages: Pages) -> None:
    for name, right in (("mine", "base"), ("its", "tuned"), ("both", "base tuned"), ("none", "")):
        put(pages, name, right, arms=("base", "tuned"))
    silent = a_scored("base", question_id="silent", status="abstained", correct=0.0)
    broken = a_scored(
        "tuned", question_id="silent", status="failed", failure="lost", failure_kind="timeout", correct=0.0
    )
    pages.publish(topology.RESULTS, within(a_result(silent, broken, question_id="silent"), "base", "tuned"))
    gone = a_result(a_scored("base", question_id="gone"), missing=["tuned"], question_id="gone")
    pages.publish(topology.RESULTS, within(gone, "base", "tuned"))

    for outcome, names in (
        ("chosen-right", {"mine", "gone"}), ("other-right", {"its"}), ("both-right", {"both"}),
        ("both-wrong", {"none", "silent"}), ("declined", {"silent"}), ("failed", {"silent", "gone"}),
    ):  # fmt: skip
        assert {*listed(pages, f"outcome={outcome}")} == names
    assert listed(pages, "failure=failed-timeout") == ["silent"]
    assert listed(pages, "failure=missing") == ["gone"]


def test_kinds_of_failure_are_those_of_reports(pages: Pages) -> None:
    for name, evidence in (("read", ("news-1:1:0",)), ("lost", ("other:1:0",))):
        said = a_scored("base+rag", question_id=name, correct=0.0, evidence=evidence)
        result = a_result(said, question_id=name, gold_document_ids=("news-1",))
        pages.publish(topology.RESULTS, within(result, "base+rag"))

    assert listed(pages, "failure=misread") == ["read"]
    assert listed(pages, "failure=not-found") == ["lost"]
    assert "misread: wrong, though the gold document was in the evidence" in pages.browser().get("/compare").text


def test_slices_words_and_ids_choose_questions(pages: Pages) -> None:
    put(pages, "q-1", slice="new", text="Who is mayor of Fallowby?")
    put(pages, "q-2", slice="learned", text="Who is mayor of Brask?")

    assert listed(pages, "slice=new") == ["q-1"]
    assert listed(pages, "words=MAYOR%20brask") == ["q-2"]
    assert listed(pages, "id=q-1") == ["q-1"]
    assert "and the others" not in pages.browser().get("/compare?id=q-1").text, "one question says nothing of arms"
    assert listed(pages, "words=nothing") == []
    assert "No question fits" in pages.browser().get("/compare?words=nothing").text


def test_those_asked_last_come_first_and_twenty_at_once(pages: Pages) -> None:
    for number in range(45):
        put(pages, f"q-{number:02}", at=number)

    seen = [name for page in (1, 2, 3) for name in listed(pages, f"page={page}")]
    assert seen == [f"q-{number:02}" for number in reversed(range(45))]
    assert len(listed(pages)) == AT_ONCE


def test_every_link_repeats_the_view_but_for_what_it_changes(pages: Pages) -> None:
    for number in range(30):
        put(pages, f"q-{number}", "tuned", at=number, slice="new", text="What is a&b?")
    browser = pages.browser()
    page = browser.get("/compare?arm=base&slice=new&outcome=other-right&words=a%26b").text
    links = {unescape(link) for link in re.findall(r'href="(/compare\?[^"]+)"', page)}
    turned = next(link for link in links if "page=2" in link)

    assert all("slice=new" in link and "words=a%26b" in link for link in links)
    assert "until=2025-03-03T12%3A29%3A00Z" in turned
    assert listed(pages, turned.partition("?")[2]) == [f"q-{number}" for number in reversed(range(10))]


def test_an_address_shows_the_same_questions_when_newer_ones_have_come(pages: Pages) -> None:
    for number in range(3):
        put(pages, f"q-{number}", at=number)
    browser = pages.browser()
    own = next(unescape(link) for link in re.findall(r'href="(/compare\?[^"]+)"', browser.get("/compare").text))
    for number in range(3, 5):
        put(pages, f"q-{number}", at=number)
    page = browser.get(own).text

    assert "2 newer results" in page
    assert listed(pages, own.partition("?")[2]) == ["q-2", "q-1", "q-0"]
    assert "newer result" not in browser.get("/compare").text


def test_what_fits_nothing_is_a_sentence_and_no_error(pages: Pages) -> None:
    put(pages, "q-1")
    for query, sentence in (
        ("arm=nobody", "No arm of"), ("other=nobody", "shown are all others"), ("other=base", "not against itself"),
        ("slice=x", "is of kind x"), ("outcome=x", "x is no outcome"), ("failure=x", "failed by x"),
        ("contest=x", "belongs to a contest x"), ("id=x", "has the id x"), ("until=x", "until is no time"),
        ("page=0", "There is no page 0"), ("page=9", "There is no page 9"),
        ("colour=red", "colour is not known"), ("until=9999-99-99", "no time"),
    ):  # fmt: skip
        page = pages.browser().get(f"/compare?{query}")
        assert page.status_code == 200, query
        assert sentence in unescape(page.text), query
        assert sentence in " ".join(pages.browser().get(f"/api/compare?{query}").json()["notes"])


def test_a_card_the_comparison_and_a_report_call_the_same_answers_right(pages: Pages) -> None:
    browser = pages.browser()
    for at, value in enumerate((0.0, 0.49, 0.5, 0.99, 1.0)):
        said = [a_scored(arm, question_id=f"q-{at}", correct=value) for arm in ARMS]
        result = within(a_result(*said, question_id=f"q-{at}"), *ARMS)
        pages.publish(topology.RESULTS, result)
        [card, *_] = browser.get(f"/api/question?id=q-{at}").json()["cards"]
        [entry] = browser.get(f"/api/compare?id=q-{at}").json()["entries"]["items"]
        right = (card["right"], entry["answers"][0]["right"], listed(pages, f"id=q-{at}&outcome=both-right") != [])
        assert {*right, outcomes.outcome(result, "base") == "right"} == {is_right(value)}, value


def test_differences_are_those_of_the_live_standings(pages: Pages) -> None:
    trial, _ = a_trial()
    results = sorted(trial, key=lambda result: (result.asked_at, result.question.question_id))
    pages.publish(topology.RESULTS, *(within(result, *ARMS) for result in results))
    counted = next(standing for standing in standings(results, ARMS) if standing.slice == "all")
    known = {(of.a, of.b): of for of in counted.differences}
    browser = pages.browser()
    for chosen, other in combinations(ARMS, 2):
        [against] = browser.get("/api/compare", params={"arm": chosen, "other": other}).json()["against"]
        own, standing = against["difference"], known[chosen, other]
        assert (own["n"], own["clusters"]) == (standing.n, standing.clusters)
        assert own["mean"] == pytest.approx(-standing.mean, abs=1e-6)
        assert own["ci95"] == pytest.approx([-standing.ci95[1], -standing.ci95[0]], abs=1e-6)
        assert against["n"] == against["better"] + against["worse"] + against["same"]


def test_a_chosen_part_of_the_questions_is_said_to_describe_itself_alone(pages: Pages) -> None:
    put(pages, "q-1", "base", slice="new")
    assert "confidence sequences" in pages.browser().get("/compare").text
    assert "decide nothing" in pages.browser().get("/compare?slice=new").text


def test_an_outcome_narrows_the_list_and_not_what_is_counted(pages: Pages) -> None:
    put(pages, "q-1", "base", arms=("base", "tuned"))
    put(pages, "q-2", "tuned", arms=("base", "tuned"))
    [against] = pages.browser().get("/api/compare?outcome=other-right").json()["against"]

    assert (against["n"], against["better"], against["worse"]) == (2, 1, 1)


def test_contests_are_never_added_up(pages: Pages) -> None:
    put(pages, "old", arms=("base", "tuned"))
    put(pages, "new", arms=("base", "other"), at=1)

    assert listed(pages) == ["new"]
    labels = pages.browser().get("/api/compare").json()["contests"]
    assert listed(pages, f"contest={labels[1]}") == ["old"]
    assert listed(pages, "id=old") == ["old"], "a question leads to its own contest"


def a_secret_result(**changes: Any) -> Result:
    said = [
        a_scored("base", question_id="q-1", text="in the open", correct=0.0),
        a_scored(
            "base+rag", question_id="q-1", text="zephrandel", evidence=("minutes:1:0",), evidence_labels=(("board",),)
        ),
    ]  # fmt: skip
    return within(a_result(*said, question_id="q-1", **changes), "base", "base+rag")


def test_of_an_answer_from_documents_with_labels_nothing_is_told(pages: Pages) -> None:
    pages.publish(topology.RESULTS, a_secret_result())
    for address in ("/compare", "/api/compare"):
        page = pages.browser().get(address).text
        assert "zephrandel" not in page
        assert "in the open" in page
    [against] = pages.browser().get("/api/compare").json()["against"]
    assert against["n"] == 0, "nor whether it was right"
    assert listed(pages, "outcome=other-right") == []


def test_whoever_may_see_the_documents_is_told() -> None:
    pages = Pages(signing=Signed(Person("ann", voter="ann", role="reader", labels=("board",))))
    pages.publish(topology.RESULTS, a_secret_result())

    assert "zephrandel" in pages.browser().get("/compare").text
    assert listed(pages, "outcome=other-right") == ["q-1"]


def test_a_question_with_labels_is_not_there_for_others(pages: Pages) -> None:
    pages.publish(topology.RESULTS, a_secret_result(labels=("board",), text="Quorvalike?"))

    assert "Quorvalike" not in pages.browser().get("/compare").text
    assert listed(pages) == []


def test_what_strangers_write_is_text_and_the_page_stays_bounded(pages: Pages) -> None:
    arms = tuple(f"arm-{at}" for at in range(MOST_ARMS))
    for number in range(AT_ONCE):
        name = f"q-{number}"
        said = [a_scored(arm, question_id=name, text=f"{HOSTILE} {arm} " + "a b " * 20_000) for arm in arms]
        result = a_result(*said, question_id=name, text=HOSTILE, references=(HOSTILE,) * 50, slice=HOSTILE[:64])
        pages.publish(topology.RESULTS, within(result, *arms))
    page = pages.browser().get("/compare").text

    assert "<script>alert" not in page
    assert "<img" not in page
    assert len(page) < 2_000_000
    assert "The whole answer" in page


def test_a_broker_that_is_away_is_said(pages: Pages) -> None:
    pages.site.set_away(away=True)
    assert "The broker has not answered since" in pages.browser().get("/compare").text


def test_a_view_is_counted_once_for_all_who_see_the_same(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = list[Person]()

    def counting(site: Site, view: View, person: Person, names: tuple[str, ...]) -> Compared:
        counted.append(person)
        return compared(site, view, person, names)

    monkeypatch.setattr(compare_page, "compared", counting)
    put(pages, "q-1", "base")
    for label in ("", "", "board", "board"):
        pages.site.signing = Signed(Person(f"reader {len(counted)}", "x", "reader", (label,)))
        pages.browser().get("/compare")
    assert counted == [Person("", "", "reader", ("",)), Person("", "", "reader", ("board",))]

    put(pages, "q-2", "base")
    assert listed(pages) == ["q-2", "q-1"]
    assert len(counted) == 3


def test_what_is_counted_for_one_person_is_not_shown_to_another(pages: Pages) -> None:
    scored = a_scored("base", question_id="q-1", text="zephrandel", evidence=("d:1:0",), evidence_labels=(("board",),))
    pages.publish(topology.RESULTS, within(a_result(scored, question_id="q-1"), *ARMS))
    for labels, sees in ((("board",), True), ((), False), (("desk",), False), (("board", "desk"), True)):
        pages.site.signing = Signed(Person("ada", "x", "reader", labels))
        assert ("zephrandel" in pages.browser().get("/compare").text) == sees, labels
