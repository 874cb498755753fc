"""Pieces of open pages: made once for all who may see the same, and for nobody else."""

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from services.web.live.pieces import Shown
from services.web.live.site import Site
from services.web.pages.asking import page as asking
from services.web.pages.streams import DONE, Show, kept_up
from services.web.signing.people import Person
from shared import topology
from shared.people import Role
from tests.builders import a_question, an_answer
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import Pages, Signed, looked, shows

READERS = 60


@pytest.fixture
def pages() -> Pages:
    return Pages()


def somebody(name: str, *labels: str, role: Role = "reader") -> Person:
    return Person(name, voter=f"voter of {name}", role=role, labels=labels)


def counting(made: list[Person]) -> Show:
    """What says how often it was made, and keeps for whom."""

    def show(site: Site, person: Person, of: str) -> Shown:
        del site
        made.append(person)
        return Shown(f"{of} {len(made)}")

    return show


def of_names(pages: Pages, show: Show, *names: str) -> list[AsyncGenerator[bytes]]:
    """A stream for each person."""
    return [kept_up(pages.site, somebody(name), show, "q-1", name="q-1") for name in names]


def test_a_piece_is_made_once_for_all_who_look(pages: Pages) -> None:
    made: list[Person] = []

    async def look() -> list[list[bytes]]:
        streams = of_names(pages, counting(made), *(f"reader {number}" for number in range(READERS)))
        first = await asyncio.gather(*(anext(stream) for stream in streams))
        pages.site.changes.tell("q-1")
        second = await asyncio.gather(*(anext(stream) for stream in streams))
        for stream in streams:
            await stream.aclose()
        return [first, second]

    first, second = looked(pages, look)
    assert {*first} == {b"data: q-1 1\n\n"}
    assert {*second} == {b"data: q-1 2\n\n"}
    assert len({id(event) for event in second}) == 1, "the bytes are one and the same"
    assert len(made) == 2


def test_a_piece_is_made_for_somebody_without_a_name(pages: Pages) -> None:
    made: list[Person] = []

    async def look() -> None:
        stream = kept_up(pages.site, somebody("ada", "board", "desk"), counting(made), "q-1", name="q-1")
        await anext(stream)
        await stream.aclose()

    looked(pages, look)
    assert made == [Person("", "", role="reader", labels=("board", "desk"))]


def test_who_may_see_or_do_other_things_has_a_piece_of_their_own(pages: Pages) -> None:
    made: list[Person] = []
    people = (
        somebody("ada"), somebody("ben", "board"), somebody("cy", "desk"), somebody("di", "board", "desk"),
        somebody("eve", "desk", "board"), somebody("olga", "board", role="operator"),
    )  # fmt: skip

    async def look() -> None:
        show = counting(made)
        streams = [kept_up(pages.site, person, show, "q-1", name="q-1") for person in people]
        for stream in streams:
            await anext(stream)
        for stream in streams:
            await stream.aclose()

    looked(pages, look)
    assert [person.labels for person in made] == [(), ("board",), ("desk",), ("board", "desk"), ("board",)]
    assert len({*made}) == 5


def test_answers_from_documents_of_others_reach_nobody_through_an_open_page(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    readers = {"ada": somebody("ada", "board"), "ben": somebody("ben", "desk"), "cy": somebody("cy", "board")}
    secrets = {"board": "zephrandel", "desk": "quillomar"}

    async def look() -> dict[str, bytes]:
        streams = {
            name: kept_up(pages.site, person, asking.answers, "q-1", name="q-1") for name, person in readers.items()
        }
        await asyncio.gather(*map(anext, streams.values()))
        for arm, (label, secret) in zip(ARMS, secrets.items(), strict=False):
            told = an_answer(
                question_id="q-1", arm=arm, text=secret, evidence=("d:1:0",), evidence_labels=((label,),),
                evidence_titles=(f"title of {secret}",), evidence_texts=(f"text of {secret}",),
            )  # fmt: skip
            pages.publish(topology.ANSWERS, told)
        heard = dict.fromkeys(streams, b"")
        for name, stream in streams.items():
            while b"not for you" not in heard[name] or secrets[readers[name].labels[0]].encode() not in heard[name]:
                heard[name] += await anext(stream)
            await stream.aclose()
        return heard

    heard = looked(pages, look)
    assert b"zephrandel" in heard["ada"]
    assert b"zephrandel" in heard["cy"]
    assert b"quillomar" in heard["ben"]
    assert b"quillomar" not in heard["ada"] + heard["cy"]
    assert b"zephrandel" not in heard["ben"]


def test_a_slow_reader_holds_nobody_up_and_leaves_out_what_came_meanwhile(pages: Pages) -> None:
    async def look() -> tuple[list[bytes], bytes]:
        slow, quick = of_names(pages, counting([]), "slow", "quick")
        await anext(slow)
        heard = []
        for _ in range(5):
            heard.append(await anext(quick))
            pages.site.changes.tell("q-1")
        heard.append(await anext(quick))
        late = await anext(slow)
        await slow.aclose()
        await quick.aclose()
        return heard, late

    heard, late = looked(pages, look)
    assert heard == [f"data: q-1 {number}\n\n".encode() for number in range(1, 7)]
    assert late == b"data: q-1 6\n\n"


def test_a_change_while_a_piece_is_made_makes_it_anew(pages: Pages) -> None:
    begun, free = threading.Event(), threading.Event()
    states = ["old"]

    def show() -> Shown:
        state = states[-1]
        begun.set()
        assert free.wait(30)
        return Shown(state)

    async def look() -> list[bytes]:
        [stream] = of_names(pages, shows(show), "ada")
        first = asyncio.create_task(anext(stream))
        await asyncio.to_thread(begun.wait, 30)
        states.append("new")
        pages.site.changes.tell("q-1")
        free.set()
        heard = [await first, await anext(stream)]
        await stream.aclose()
        return heard

    assert looked(pages, look) == [b"data: old\n\n", b"data: new\n\n"]


def test_what_ends_a_piece_ends_it_for_each_reader(pages: Pages) -> None:
    def show() -> Shown:
        raise LookupError("it is gone")

    async def look() -> list[bytes | BaseException]:
        streams = of_names(pages, shows(show), "ada", "ben")
        return [*await asyncio.gather(*map(anext, streams), return_exceptions=True)]

    assert [type(error) for error in looked(pages, look)] == [LookupError, LookupError]


def test_nothing_is_left_of_a_piece_when_its_last_reader_has_gone(pages: Pages) -> None:
    async def look() -> list[int]:
        first, second = of_names(pages, counting([]), "ada", "ben")
        await anext(first)
        await anext(second)
        counts = [len(pages.site.pieces)]
        await first.aclose()
        counts.append(len(pages.site.pieces))
        await second.aclose()
        await asyncio.sleep(0)
        return [*counts, len(pages.site.pieces), pages.site.changes.names]

    assert looked(pages, look) == [1, 1, 0, 0]


def test_a_stream_that_has_ended_is_none_of_the_person_s_open_pages() -> None:
    pages = Pages(signing=Signed(somebody("ada")))
    pages.publish(topology.RESULTS, within(a_result(a_scored(question_id="q-1"), question_id="q-1"), *ARMS))
    answered = pages.browser().get("/question/stream", params={"id": "q-1"})

    assert answered.headers["content-type"].startswith("text/event-stream")
    assert answered.headers["cache-control"] == "no-store"
    assert answered.content.endswith(DONE)
    assert not pages.site.open_of
    assert not len(pages.site.pieces)
