"""What strangers may write into answers, questions and records: no page takes long over it or fails."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from services.web.pages.given import MOST_OF_ONE
from services.web.signing.people import Person
from shared import topology
from shared.lab.resending.labels import MOST_LABELS, UNREADABLE, labels_in
from tests.builders import a_question, an_answer
from tests.contests import within
from tests.dead import bury
from tests.results import ARMS, a_result, a_scored
from tests.web import Pages, Signed

WITHIN_S = 5.0
"""Each of these took from ten seconds to hours; now milliseconds."""


@pytest.fixture
def pages() -> Pages:
    return Pages()


def took(pages: Pages, *addresses: str) -> float:
    """Seconds for all of them; each answers with a page."""
    browser, begun = pages.browser(), time.monotonic()
    for address in addresses:
        assert browser.get(address).status_code < 500, address
    return time.monotonic() - begun


def test_spaces_behind_labels_are_read_at_once() -> None:
    begun = time.monotonic()
    assert labels_in(b'{"labels":' + b" " * 4_000_000 + b"null,x") is None
    assert time.monotonic() - begun < WITHIN_S


def test_more_labels_than_are_bounded_are_for_nobody() -> None:
    many = ",".join(f'["label-{number}"]' for number in range(MOST_LABELS + 1))
    assert labels_in(f'{{"evidence_labels":[{many}]}}'.encode()) == UNREADABLE
    same = ",".join(['["board"]'] * 100_000)
    assert labels_in(f'{{"evidence_labels":[{same}]}}'.encode()) == (("board",),)


def test_long_answers_are_offered_to_a_vote_at_once(pages: Pages) -> None:
    for number in range(10):
        name = f"q-{number}"
        said = [a_scored(f"arm-{arm}", question_id=name, text=f"{arm} " + "x. " * 20_000) for arm in range(16)]
        pages.publish(topology.RESULTS, a_result(*said, question_id=name))
    assert took(pages, "/vote") < WITHIN_S


def test_thousands_of_ids_in_an_answer_are_shown_at_once(pages: Pages) -> None:
    ids = tuple(f"d-{number}:1:0" for number in range(3_000))
    cited = tuple(f"c-{number}:1:0" for number in range(3_000))
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    pages.publish(topology.ANSWERS, *[
        an_answer(question_id="q-1", arm=arm, text="x", evidence=ids, evidence_labels=((),) * len(ids), citations=cited)
        for arm in ARMS
    ])  # fmt: skip
    assert took(pages, "/question?id=q-1", "/evidence?question=q-1&arm=base", "/api/question?id=q-1") < WITHIN_S


def test_many_words_are_looked_for_at_once(pages: Pages) -> None:
    for number in range(50):
        scored = a_scored("base", question_id=f"q-{number}")
        asked = a_result(scored, question_id=f"q-{number}", text="\u00e9 " * 1_900)
        pages.publish(topology.RESULTS, within(asked, *ARMS))
    assert took(pages, "/compare?words=" + "%C3%A9+" * 3_000) < WITHIN_S


def test_answers_of_signs_are_compared_within_a_bound(pages: Pages) -> None:
    for number in range(20):
        said = [
            a_scored(arm, question_id=f"q-{number}", text="".join(chr(0x2200 + (at * (1 + at % 2 * place)) % 700)
                                                                  for at in range(1_400)))
            for place, arm in enumerate(ARMS)
        ]  # fmt: skip
        pages.publish(topology.RESULTS, within(a_result(*said, question_id=f"q-{number}"), *ARMS))
    assert took(pages, "/compare") < WITHIN_S


def test_numbers_that_nobody_can_mean_end_no_page(pages: Pages) -> None:
    hostile: list[dict[str, Any]] = [
        {"evidence": (f"a:{'9' * 5_000}:0",), "evidence_labels": ((),)}, {"latency_ms": 1e15},
        {"log_probability": 1e308, "answer_tokens": 1},
    ]  # fmt: skip
    for number, changes in enumerate(hostile):
        name = f"q-{number}"
        result = a_result(a_scored("base", question_id=name, **changes), question_id=name)
        pages.publish(topology.RESULTS, within(result, *ARMS))
        for address in ("/", "/compare", f"/question?id={name}", f"/evidence?question={name}&arm=base"):
            assert pages.browser().get(address).status_code in (200, 404), (address, changes)


def test_a_result_of_the_last_day_that_there_is_ends_no_page(pages: Pages) -> None:
    last = datetime(9999, 12, 31, 23, 59, 54, tzinfo=UTC)
    result = a_result(a_scored("base", question_id="q-1"), question_id="q-1", asked_at=last)
    pages.publish(topology.RESULTS, within(result, *ARMS))
    for address in ("/", "/compare", "/standings", "/question?id=q-1"):
        assert pages.browser().get(address).status_code < 500, address


def test_streams_of_what_is_not_there_are_refused_before_they_begin(pages: Pages) -> None:
    for address in ("/document/stream?id=x", "/dead/sending/stream?id=x"):
        assert pages.browser().get(address).status_code == 404


def test_one_person_holds_some_streams_and_no_more() -> None:
    pages = Pages(signing=Signed(Person("ada", voter="web-ada", role="reader")))
    pages.site.open_of["web-ada"] = MOST_OF_ONE
    refused = pages.browser().get("/standings/stream")

    assert refused.status_code == 503
    assert "close one" in refused.text
    assert pages.site.open_of["web-ada"] == MOST_OF_ONE


def test_a_letter_about_a_question_is_for_whoever_may_see_it() -> None:
    for labels, sees in (((), False), (("board",), True)):
        pages = Pages(signing=Signed(Person("olga", voter="web-olga", role="operator", labels=labels)))
        pages.publish(topology.QUESTIONS, a_question(question_id="q-1", labels=("board",)))
        value = b'{"question_id": "q-1", "references": "zephrandel"}'
        [place] = bury(pages.broker, "q-1", value=value, topic=topology.REFERENCES)
        pages.read()
        where = f"{place.topic}[{place.partition}]@{place.offset}"
        assert ("zephrandel" in pages.browser().get("/dead/letter", params={"at": where}).text) == sees
