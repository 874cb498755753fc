"""The contest on a page: who competes in it, who announced it, and announcing another."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient

from services.web.signing.people import Person
from shared import topology
from shared.contests import files
from shared.memory.broker import MemoryBroker
from shared.messages import ActionTaken, Contest, ContestAnnounced
from tests.adapters import announced
from tests.contests import a_contest, an_arm
from tests.web import Pages, Signed, signed_in_as

OPERATOR = Person("olga", voter="web-olga", role="operator")
TOML = """
name = "with-the-newest"
[[recipes]]
name = "newest"
rankers = ["recency"]
[[arms]]
name = "base+newest"
context = "newest"
decline = "support"
[[arms]]
name = "half"
speaker = "tuned"
strength = 0.5
prompt = "closed_book.v2"
"""


@pytest.fixture
def pages() -> Pages:
    clock = iter(datetime.now(UTC) - timedelta(minutes=9) + timedelta(seconds=at) for at in range(500))
    return Pages(broker=MemoryBroker(now=lambda: next(clock)), signing=Signed(OPERATOR))


def announcement(contest: Contest, name: str = "a") -> ContestAnnounced:
    """Of somebody else."""
    return ContestAnnounced(announcement_id=name, contest=contest, announced_at=datetime.now(UTC))


def mark_of(page: str, action: str) -> str:
    """The mark of the form that leads there."""
    found = re.search(rf'action="{action}">\s*<input type="hidden" name="mark" value="(\w+)"', page)
    assert found, page
    return found[1]


def checked(browser: TestClient, toml: str, **fields: str) -> tuple[int, str]:
    """Status and words of a check."""
    mark = mark_of(browser.get("/contest").text, "/contest/check")
    page = browser.post("/contest/check", data={"mark": mark, "contest": toml, **fields})
    return page.status_code, unescape(page.text)


def announce(browser: TestClient, toml: str, confirm: str, **fields: str) -> int:
    said = {"mark": confirm, "contest": toml, **fields}
    return browser.post("/contest/announce", data=said).status_code


def test_before_any_announcement_the_shipped_contest_is_in_force(pages: Pages) -> None:
    page = pages.browser().get("/contest").text
    assert f"Contest {files.shipped().label}" in page
    assert "No contest was announced" in page
    assert all(f"<h3>{arm}</h3>" in page for arm in files.shipped().arm_names)


def test_arms_are_put_in_plain_words(pages: Pages) -> None:
    status, page = checked(pages.browser(), TOML)
    assert status == 200
    for said in (
        "the base model, without an adapter", "passages that recipe newest finds (rankers = recency)",
        "the adapter of track tuned, at strength 0.5", "nothing: it answers from memory", "closed_book.v2",
        "<dd>support</dd>", "as the settings say",
    ):  # fmt: skip
        assert said in page, said


def test_a_check_announces_nothing_and_its_confirmation_does(pages: Pages) -> None:
    browser = pages.browser()
    _, page = checked(browser, TOML)
    assert not pages.broker.records(topology.CONTESTS.name)
    assert announce(browser, TOML, mark_of(page, "/contest/announce")) == 303
    pages.read()
    [said] = pages.broker.messages(topology.CONTESTS)
    action = pages.broker.messages(topology.ACTIONS)[-1]

    assert isinstance(said, ContestAnnounced)
    assert isinstance(action, ActionTaken)
    assert (action.action_id, action.by, action.state) == (said.announcement_id, "olga", "done")
    page = browser.get("/contest").text
    assert f"Contest {said.contest.label}" in page
    assert re.search(r"Announced <time[^>]*>[^<]*</time> by <span dir=\"auto\">olga</span>", page)


def test_the_ones_before_are_listed_with_whoever_announced_them(pages: Pages) -> None:
    for name in ("first", "second"):
        said = ContestAnnounced(
            announcement_id=name, contest=a_contest("base", name=name), announced_at=datetime.now(UTC)
        )
        pages.publish(topology.CONTESTS, said)
    browser = pages.browser()
    page = browser.get("/contest").text
    assert "Contest second@" in page
    assert page.index("second@") < page.index("first@")
    assert "Contest first@" in browser.get("/contest/announced?id=first").text
    assert browser.get("/contest/announced?id=none").status_code == 404
    assert [of["contest"]["name"] for of in browser.get("/api/contests").json()["items"]] == ["second", "first"]


def test_a_contest_with_faults_is_refused_with_each_of_them_and_kept_to_be_mended(pages: Pages) -> None:
    faulty = (
        TOML.replace('speaker = "tuned"', 'speaker = "other"').replace("closed_book.v2", "none").replace("recency", "x")
    )
    browser = pages.browser()
    status, page = checked(browser, faulty)

    assert status == 422
    for said in ("3 faults", "no track 'other'", "no 'x' among rankers", "no prompt 'none'"):
        assert said in page
    assert 'speaker = "other"' in page
    assert "/contest/announce" not in page
    assert "Mend it" in page
    assert "<details><summary>Change it first" not in page, "what is to be mended is in sight"
    status, page = checked(browser, faulty, new_tracks="other, more")
    assert "2 faults" in page


def test_what_is_no_contest_is_refused_and_breaks_nothing(pages: Pages) -> None:
    browser = pages.browser()
    texts = (
        "", "<script>alert(1)</script>", "name = 1", "name = 'x'\narms = 3", "[" * 5_000, "a = " + "9" * 5_000,
        "name = 'x'\n[[arms]]\nname = '\u202e'", "\x00", TOML + TOML, "name = 'x'\n" + "[[arms]]\nname = 'a'\n" * 40,
        "name = 'x'\n[[arms]]\nname = 'a'\nlong = '" + "y" * 9_000 + "'",
    )  # fmt: skip
    for text in texts:
        mark = mark_of(browser.get("/contest").text, "/contest/check")
        page = browser.post("/contest/check", data={"mark": mark, "contest": text})
        assert page.status_code == 422, text[:30]
        assert "<script>alert" not in page.text
        assert browser.post("/contest/announce", data={"mark": mark, "contest": text}).status_code in (403, 422)
    assert not pages.broker.records(topology.CONTESTS.name)


def test_all_faults_of_the_schema_are_listed_at_once(pages: Pages) -> None:
    status, page = checked(pages.browser(), 'name = "A b"\n[[arms]]\nspeaker = 3\n[[arms]]\nname = "a"\nx = {}\n')

    assert status == 422
    for said in (
        "4 faults", "Line 1: name is to", "Line 2: arms 1, name is missing",
        "Line 3: arms 1, speaker is to be text", "Line 6: arms 2, x is to be",
    ):  # fmt: skip
        assert said in page, said


def test_a_shipped_contest_is_chosen_from_a_list_seen_and_announced(pages: Pages) -> None:
    browser = pages.browser()
    listed = browser.get("/contest").text
    for name in files.names():
        assert f'href="/contest/shipped?name={name}"' in listed
        assert files.about(name).split("'")[0] in unescape(listed)

    page = unescape(browser.get("/contest/shipped?name=searches").text)
    assert all(f"<h3>{arm}</h3>" in page for arm in files.chosen("searches").arm_names)
    assert "passages that recipe bm25 finds (search = bm25)" in page
    toml = files.text("searches").strip()
    assert toml in page
    assert announce(browser, toml, mark_of(page, "/contest/announce")) == 303
    [said] = pages.broker.messages(topology.CONTESTS)
    assert isinstance(said, ContestAnnounced)
    assert said.contest == files.chosen("searches")


def test_the_shipped_contest_that_is_in_force_is_marked_in_the_list(pages: Pages) -> None:
    listed = pages.browser().get("/contest").text
    assert listed.count("current</span>") == 1
    assert re.search(r'name=two_by_two">two_by_two</a> <span class="tag">current</span>', listed)


def test_a_name_that_no_shipped_contest_has_opens_nothing(pages: Pages) -> None:
    for name in ("none", "../all", "/etc/passwd", ""):
        page = pages.browser().get("/contest/shipped", params={"name": name})
        assert page.status_code == 404
        assert "choose one of all, deciding" in page.text


def test_only_what_was_checked_is_announced(pages: Pages) -> None:
    browser = pages.browser()
    _, page = checked(browser, TOML)
    confirm, check = mark_of(page, "/contest/announce"), mark_of(page, "/contest/check")
    other = TOML.replace("0.5", "0.7")

    assert announce(browser, other, confirm) == 403
    assert announce(browser, TOML, check) == 403
    assert announce(pages.browser(), TOML, confirm) == 403
    assert browser.post("/contest/check", data={"contest": TOML}).status_code == 403
    pages.publish(topology.CONTESTS, announcement(a_contest("base")))
    assert announce(browser, TOML, confirm) == 403, "another has come into force since"
    assert len(pages.broker.records(topology.CONTESTS.name)) == 1


def test_whoever_is_no_operator_announces_nothing(pages: Pages) -> None:
    browser = pages.browser()
    _, page = checked(browser, TOML)
    confirm, check = mark_of(page, "/contest/announce"), mark_of(page, "/contest/check")
    for role in ("reader", "voter", "reviewer"):
        other = signed_in_as(pages, browser, Person("r", voter="r", role=role))
        assert "<textarea" not in other.get("/contest").text
        assert other.post("/contest/check", data={"contest": TOML, "mark": check}).status_code == 403
        assert announce(other, TOML, confirm) == 403
        assert other.get("/contest/shipped?name=all").status_code == 403
        assert "/contest/shipped" not in other.get("/contest").text
    assert announce(signed_in_as(pages, browser, OPERATOR), TOML, confirm) == 303


def test_while_the_broker_is_away_nothing_is_announced(pages: Pages) -> None:
    browser = pages.browser()
    _, page = checked(browser, TOML)
    pages.publishing.away = True
    assert announce(browser, TOML, mark_of(page, "/contest/announce")) == 503
    assert not pages.broker.records(topology.ACTIONS.name)


def test_tracks_are_those_of_announced_adapters(pages: Pages) -> None:
    toml = TOML.replace('speaker = "tuned"', 'speaker = "cartridge"')
    browser = pages.browser()
    assert checked(browser, toml)[0] == 422
    pages.publish(topology.ADAPTERS, announced("c", track="cartridge"))
    assert checked(browser, toml)[0] == 200


def test_a_contest_of_as_many_arms_as_there_may_be_is_shown(pages: Pages) -> None:
    arms = [an_arm(f"arm-{'x' * 33}{at:02}", speaker="base") for at in range(16)]
    pages.publish(topology.CONTESTS, announcement(a_contest(*arms)))
    assert pages.browser().get("/contest").text.count("<h3>") == 16
