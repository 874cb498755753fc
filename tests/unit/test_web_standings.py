"""How the arms stand, on a page: what is decided and what it would take, how it came about, and what votes say."""

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest

from services.web.live import standings as live
from services.web.live.history import History, Point
from services.web.live.ratings import Rated, rated
from services.web.pages.reports.page import POLICY
from services.web.pages.standings import page as standings_page
from services.web.pages.standings.page import ROWS, few
from shared import topology
from shared.lab import standing_words
from shared.messages import Ballot, Choice, Difference, Result, Standing
from shared.messages.feedback import counted
from tests.builders import NOON
from tests.contests import within
from tests.results import a_result as a_result_of
from tests.results import a_scored
from tests.standings import standings
from tests.unit.test_standings import a_result
from tests.web import SOMEBODY, Pages

ARMS = ("base", "tuned")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def pages() -> Pages:
    return Pages()


def a_standing(n: int, slice_name: str = "all") -> Standing:
    """After so many questions, of which `tuned` got each second one right."""
    results = [a_result(at, base=0.0, tuned=float(at % 2)) for at in range(n)]
    [standing] = [standing for standing in standings(results, ARMS) if standing.slice == slice_name]
    return standing


def a_voted_result(number: int, *choices: Choice, slice_name: str = "asked", voter: str = "v") -> Result:
    """The result of one question, with a vote of one voter for each choice."""
    ballots = [
        Ballot(voter=f"{voter}{at}", choice=choice, shown_first="base", appended_at=NOON, offset=at)
        for at, choice in enumerate(choices)
    ]
    name = f"q-{number}"
    said = [a_scored(arm, question_id=name, text=f"{arm} {number}") for arm in ARMS]
    result = within(a_result_of(*said, question_id=name, slice=slice_name), *ARMS)
    votes = (counted(("base", "tuned"), ballots),) if ballots else ()
    return result.model_copy(update={"votes": votes, "result_version": 1 + len(ballots)})


def a_difference(**changes: object) -> Difference:
    told = {"metric": "right", "a": "base", "b": "tuned", "n": 100, "clusters": 50, "mean": 0.2, "ci95": (-0.2, 0.6)}
    return Difference.model_validate({**told, "over_questions": 0.2} | changes)


def sentence(**changes: object) -> str:
    standing = a_standing(2).model_copy(update={"differences": (a_difference(**changes),)})
    return next(standing_words.sentences(standing))


def test_without_anything_counted_the_page_says_so(pages: Pages) -> None:
    page = pages.browser().get("/standings").text

    assert "Nothing is counted yet" in page
    assert "No vote is counted in this contest yet" in page
    assert "Nothing is counted" in pages.browser().get("/standings/history").text
    assert pages.browser().get("/standings/history.svg").status_code == 404
    assert pages.browser().get("/api/standings/history").json()["items"] == []


def test_what_is_undecided_says_how_many_more_questions_would_decide_it() -> None:
    assert "about 300 more questions like these would decide a difference as large as this one." in sentence()
    assert "about 300 more questions" in sentence(mean=-0.2, ci95=(-0.6, 0.2), over_questions=-0.2)


def test_no_number_is_said_that_nobody_can_know() -> None:
    assert "more questions" not in sentence(clusters=19, n=19)
    assert sentence(mean=0.0).endswith("more questions will hardly decide it.")
    assert sentence(mean=0.001).endswith("more questions will hardly decide it.")
    assert "more questions" not in sentence(better="base", ci95=(0.1, 0.3))


def test_the_history_is_drawn_and_told_in_numbers(pages: Pages) -> None:
    pages.publish(topology.STANDINGS, *map(a_standing, (10, 20, 30)))
    browser = pages.browser()
    page, picture = browser.get("/standings/history").text, browser.get("/standings/history.svg")

    assert "3 standings" in page
    assert "50.0 <span" in page
    assert "n = 30" in page
    assert "2025-03-03 12:00:29 UTC" in page
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["content-security-policy"] == POLICY
    assert picture.text.startswith("<?xml")
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture.text
    told = browser.get("/api/standings/history").json()["items"]
    assert [of["arms"]["tuned"]["n"] for of in told] == [30, 20, 10]


def test_a_history_of_one_standing_is_told_in_numbers_and_not_drawn(pages: Pages) -> None:
    pages.publish(topology.STANDINGS, a_standing(10))
    browser = pages.browser()
    page = browser.get("/standings/history").text

    assert "One standing is counted by now" in page
    assert "50.0 <span" in page
    assert "<img" not in page
    assert browser.get("/standings/history.svg").status_code == 404


def test_means_are_in_per_cent_under_the_names_of_their_measures(pages: Pages) -> None:
    pages.publish(topology.STANDINGS, a_standing(200))
    page = pages.browser().get("/standings").text

    assert "rightly abstained</th>" in page
    assert "rightly_abstained" not in page
    assert re.search(r'<td class="number">50 <span class="limits">[34]\d to [56]\d</span>', page)


def test_the_picture_is_drawn_anew_only_where_something_was_counted(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(live, "DRAWN_EVERY_S", 0.0)

    def draw(points: Sequence[Point], arms: Sequence[str]) -> str:
        drawn.append(len(points) * len(arms))
        return "<svg></svg>"

    monkeypatch.setattr(live, "picture", draw)
    pages.publish(topology.STANDINGS, a_standing(5))
    for n in (10, 20):
        pages.publish(topology.STANDINGS, a_standing(n))
        for _ in range(3):
            assert pages.browser().get("/standings/history.svg").status_code == 200

    assert drawn == [4, 6]


def test_an_older_standing_and_one_that_says_the_same_add_no_point() -> None:
    history, newest = History(10_000_000), a_standing(20)
    for standing in (a_standing(10), newest, a_standing(10), newest):
        history.take(standing)

    assert [point.means["tuned"].n for point in history.of(newest)] == [10, 20]


def test_a_long_history_stays_within_its_bound_and_reaches_back_to_its_beginning() -> None:
    history, standing = History(10_000_000, slices=2, points=10), a_standing(10)
    for at in range(1_000):
        history.take(standing.model_copy(update={"counted_at": NOON + timedelta(minutes=at)}))
        assert len(history.of(standing)) <= 10
    points = history.of(standing)

    assert (points[0].at, points[-1].at) == (NOON, NOON + timedelta(minutes=999))
    for name in ("a", "b", "c"):
        history.take(standing.model_copy(update={"slice": name}))
    assert history.of(standing) == (), "slices in which nothing was counted lately leave"


def test_the_table_has_the_first_and_the_last_of_many_points() -> None:
    history, standing = History(10_000_000), a_standing(10)
    for at in range(100):
        history.take(standing.model_copy(update={"counted_at": NOON + timedelta(minutes=at)}))
    shown = few(history.of(standing))

    assert len(shown) == ROWS
    assert (shown[0].at, shown[-1].at) == (NOON + timedelta(minutes=99), NOON)
    assert few(()) == []


def test_votes_are_rated_with_their_limits_and_what_they_rest_on(pages: Pages) -> None:
    pages.publish(topology.RESULTS, *(a_voted_result(at, "b", "b", "tie") for at in range(10)))
    page = pages.browser().get("/standings").text

    assert page.index('<th scope="row">tuned</th>') < page.index('<th scope="row">base</th>'), "the strongest first"
    assert "from 30 votes of 3 voters on 10 questions" in page
    assert '<td class="number">20</td>' in page
    told = pages.browser().get("/api/ratings").json()
    assert (told["votes"], told["voters"], told["questions"]) == (30, 3, 10)
    assert told["ratings"][0]["low"] < told["ratings"][0]["strength"]


def test_a_vote_is_counted_as_soon_as_its_result_shows_it(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RATED_EVERY_S", 0.0)
    pages.publish(topology.RESULTS, a_voted_result(0))
    assert pages.browser().get("/api/ratings").json()["votes"] == 0

    for choices in (("a",), ("a", "b")):
        pages.publish(topology.RESULTS, a_voted_result(0, *choices))
        assert pages.browser().get("/api/ratings").json()["votes"] == len(choices)


def test_an_open_page_shows_a_vote_within_two_seconds_of_its_result(pages: Pages) -> None:
    async def shown() -> float:
        pages.site.changes.serve_from(asyncio.get_running_loop())
        stream = (await standings_page.stream(pages.site, SOMEBODY)).events
        await anext(stream)
        began = time.monotonic()
        pages.publish(topology.RESULTS, a_voted_result(0, "a"))
        async for event in stream:
            if "from 1 vote of 1 voter on 1 question" in event.decode():
                break
        return time.monotonic() - began

    assert asyncio.run(asyncio.wait_for(shown(), 20.0)) < 2.0


def test_a_vote_between_an_arm_and_itself_is_left_out(pages: Pages) -> None:
    result = a_voted_result(0, "a", "b")
    votes = (result.votes[0].model_copy(update={"arms": ("base", "base")}),)
    pages.publish(topology.RESULTS, result.model_copy(update={"votes": votes}))

    assert pages.browser().get("/api/ratings").json()["votes"] == 0


def test_ratings_are_counted_once_for_all_who_look(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[str] = []
    monkeypatch.setattr(live, "RATED_EVERY_S", 0.0)

    def count(results: Iterable[Result], of: str, contest: str, *, per_hour: int) -> Rated:
        counts.append(of)
        return rated(results, of, contest, per_hour=per_hour)

    monkeypatch.setattr(live, "rated", count)
    pages.publish(topology.RESULTS, a_voted_result(0, "a"))
    for _ in range(3):
        pages.browser().get("/standings")
    pages.publish(topology.RESULTS, a_voted_result(1))
    pages.browser().get("/standings")
    assert counts == ["all"], "a result without votes changes nothing"

    pages.publish(topology.RESULTS, a_voted_result(1, "b"))
    pages.browser().get("/standings")
    assert counts == ["all", "all"]


def test_ratings_are_of_the_kind_of_questions_that_one_looks_at(pages: Pages) -> None:
    old, new = a_voted_result(0, "a", slice_name="old"), a_voted_result(1, "b", "b", slice_name="new")
    pages.publish(topology.RESULTS, old, new)
    browser = pages.browser()

    assert [browser.get(f"/api/ratings?of={name}").json()["votes"] for name in ("old", "new", "all")] == [1, 2, 3]
    assert browser.get("/standings?of=none-such").status_code == 200


def test_votes_beyond_the_hourly_limit_are_left_out_and_counted(pages: Pages) -> None:
    pages.publish(topology.RESULTS, *(a_voted_result(at, "a") for at in range(pages.voting.per_voter_per_hour + 5)))
    told = pages.browser().get("/api/ratings").json()

    assert (told["votes"], told["beyond_limit"]) == (60, 5)
    assert "5 votes beyond 60 of one voter within an hour left out" in pages.browser().get("/standings").text


def test_ratings_never_add_up_two_contests(pages: Pages) -> None:
    first = a_voted_result(0, "a")
    later = within(first.model_copy(update={"contest": None}), *ARMS, "base+rag")
    question = later.question.model_copy(update={"question_id": "q-later"})
    later = later.model_copy(update={"question": question, "asked_at": NOON + timedelta(hours=1)})
    pages.publish(topology.RESULTS, first, later)

    assert pages.browser().get("/api/ratings").json()["questions"] == 1


def test_a_hostile_name_of_a_slice_is_text(pages: Pages) -> None:
    pages.publish(topology.STANDINGS, a_standing(5).model_copy(update={"slice": HOSTILE}))
    for path in ("/standings", "/standings/history"):
        assert HOSTILE not in pages.browser().get(path, params={"of": HOSTILE}).text
