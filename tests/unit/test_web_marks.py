"""What became of a passage's document comes to question pages that are open, without loading them again."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from services.web.live.pieces import MOST_NAMES, Shown
from services.web.live.site import Site
from services.web.pages.asking import page as asking
from services.web.pages.streams import DONE, kept_up
from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from tests.builders import a_question, an_answer
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import SOMEBODY, Pages, announced, looked


@pytest.fixture
def pages() -> Pages:
    pages = Pages()
    answer(pages, "q-1")
    return pages


def answer(pages: Pages, name: str, **changes: Any) -> None:
    """A question that all arms have answered, from the first revisions of a ferry's and a pier's document."""
    read = {"evidence": ("ferry:1:0", "pier:1:0"), "evidence_labels": ((), ()), "citations": ("ferry:1:0",)} | changes
    pages.publish(topology.QUESTIONS, a_question(question_id=name))
    pages.publish(topology.INDEXED, announced("ferry"), announced("pier"))
    pages.publish(topology.ANSWERS, *(an_answer(question_id=name, arm=arm, **read) for arm in ARMS))
    scored = [a_scored(arm, question_id=name, **read) for arm in ARMS]
    pages.publish(topology.RESULTS, within(a_result(*scored, question_id=name), *ARMS))


def followed(pages: Pages, person: Person = SOMEBODY) -> AsyncGenerator[bytes]:
    """The stream of an open page."""
    return kept_up(pages.site, person, asking.marked, "q-1", name="q-1", beside=asking.read)


def after(pages: Pages, change: Callable[[], None], person: Person = SOMEBODY) -> bytes:
    """What an open page of a settled question is sent after a change."""

    async def look() -> bytes:
        stream = followed(pages, person)
        first = await anext(stream)
        assert b"no more will come" in first
        assert b"Corrected" not in first
        change()
        second = await anext(stream)
        await stream.aclose()
        return second

    return looked(pages, look)


def test_a_correction_marks_the_passages_of_an_open_page(pages: Pages) -> None:
    shown = after(pages, lambda: pages.publish(topology.INDEXED, announced("ferry", 2)))
    assert shown.count(b"Corrected since: revision 2 stands now.") == len(ARMS)


def test_a_retraction_marks_passages_that_were_read_and_not_cited(pages: Pages) -> None:
    shown = after(pages, lambda: pages.publish(topology.INDEXED, announced("pier", 2, retracted=True)))
    assert shown.count(b"Retracted since") == len(ARMS)


def test_other_documents_do_not_make_an_open_page_anew(pages: Pages) -> None:
    made = [0]

    def show(*_: object) -> Shown:
        made[0] += 1
        return Shown(f"{made[0]}")

    async def look() -> bytes:
        stream = kept_up(pages.site, SOMEBODY, show, "q-1", name="q-1", beside=lambda *_: ["ferry"])
        await anext(stream)
        pages.publish(topology.INDEXED, announced("another", 2))
        pages.publish(topology.INDEXED, announced("ferry", 2))
        second = await anext(stream)
        await stream.aclose()
        return second

    assert looked(pages, look) == b"data: 2\n\n"


def test_documents_of_answers_that_are_for_others_are_not_listened_to(pages: Pages) -> None:
    answer(pages, "q-2", evidence_labels=(("board",), ("board",)))
    assert asking.read(pages.site, SOMEBODY, "q-2") == []
    assert asking.read(pages.site, Person("ada", "ada", "reader", ("board",)), "q-2") == ["ferry", "pier"]


def test_a_piece_listens_to_a_bounded_number_of_documents(pages: Pages) -> None:
    def beside(site: Site, person: Person, of: str) -> list[str]:
        del site, person, of
        return [f"d-{number}" for number in range(5_000)]

    async def look() -> list[int]:
        stream = kept_up(pages.site, SOMEBODY, lambda *_: Shown("x"), "q-1", name="q-1", beside=beside)
        await anext(stream)
        counts = [pages.site.changes.names]
        await stream.aclose()
        return counts

    assert looked(pages, look) == [MOST_NAMES + 1]


def test_nobody_listens_for_a_page_that_was_closed_while_it_was_made(pages: Pages) -> None:
    begun, free = threading.Event(), threading.Event()

    def beside(*_: object) -> list[str]:
        begun.set()
        assert free.wait(30)
        return ["ferry"]

    async def look() -> None:
        stream = kept_up(pages.site, SOMEBODY, lambda *_: Shown("x"), "q-1", name="q-1", beside=beside)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.to_thread(begun.wait, 30)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await stream.aclose()
        free.set()
        await asyncio.get_running_loop().shutdown_default_executor()

    looked(pages, look)
    assert pages.site.changes.names == 0


def test_a_settled_question_with_passages_goes_on_and_one_without_is_done(pages: Pages) -> None:
    answer(pages, "q-2", evidence=(), evidence_labels=(), citations=())

    assert "stream?id=q-1&amp;marks=1" in pages.browser().get("/question", params={"id": "q-1"}).text
    assert "/question/stream" not in pages.browser().get("/question", params={"id": "q-2"}).text
    heard = pages.browser().get("/question/stream", params={"id": "q-2", "marks": "1"}).content
    assert heard.endswith(DONE)


def test_a_page_stays_as_it_was_when_its_question_leaves_memory() -> None:
    pages = Pages(settings=WebSettings(questions=10))
    answer(pages, "q-1")

    async def look() -> bytes:
        stream = followed(pages)
        await anext(stream)
        for number in range(40):
            pages.publish(topology.QUESTIONS, a_question(question_id=f"new-{number}"))
        pages.publish(topology.INDEXED, announced("ferry", 2))
        return await anext(stream)

    assert looked(pages, look) == DONE
