"""Adapters on pages: which one serves and why, and letting another one serve."""

import re

import pytest
from fastapi.testclient import TestClient

from services.web.signing.people import Person
from shared import topology
from shared.messages import ActionTaken, AdapterAnnounced, Against, Cost, TuningDecided
from tests.adapters import UNFINISHED, announced, gate
from tests.builders import NOON
from tests.web import Pages, Signed, signed_in_as

OPERATOR = Person("olga", voter="web-olga", role="operator")
PASSED = gate(
    "learned", "passed", value=0.6, ci95=(0.5, 0.7), n=40, threshold="no worse than base",
    against=(Against(speaker="base", n=40, value=0.4, change=0.2, ci95=(0.1, 0.3)),),
)  # fmt: skip
FAILED = gate("general", "failed", "share right is 0.10, -0.30 against base", value=0.1, ci95=(0.02, 0.3), n=20)
UNMEASURED = gate("forgetting", "not_measured", "there was nothing to ask")


@pytest.fixture
def pages() -> Pages:
    made = Pages(signing=Signed(OPERATOR))
    made.publish(
        topology.ADAPTERS,
        announced("old", reason="its gates let it pass", gates=(PASSED,)),
        announced(
            "new", hours=3, reason="its gates let it pass", gates=(PASSED, UNMEASURED), location="s3://key:pw@host/x"
        ),
        announced("bad", hours=5, state="candidate", gates=(FAILED,), reason="not served"),
        announced("good", hours=6, state="candidate", gates=(PASSED,)),
    )
    return made


def fields_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def done(browser: TestClient, trial: str, **changes: str) -> int:
    """Confirm a dry run; the status of the answer."""
    page = browser.get(trial)
    assert page.status_code == 200, page.text
    return browser.post("/adapters/change", data={**fields_of(page.text), "reason": "by hand", **changes}).status_code


def serving(pages: Pages) -> list[str]:
    """Who speaks and who stands by, by the topic."""
    pages.read()
    known = pages.site.operations.adapters
    return [of.name for of in sorted(known.values(), key=lambda of: of.since, reverse=True) if of.state == "serving"]


def test_without_adapters_the_page_says_what_makes_one() -> None:
    page = Pages().browser().get("/adapters").text
    assert "tiltyard tune" in page
    assert "the tuner starts a training when" in page


def test_each_track_has_its_speaker_with_what_was_measured_and_what_was_not(pages: Pages) -> None:
    pages.publish(topology.ADAPTERS, announced("other", track="cartridge", kind="cartridge"))
    page = pages.browser().get("/adapters").text

    assert "Track cartridge" in page
    assert re.search(r"In use: <a [^>]*>new</a>", page)
    assert re.search(r"Stands by: <a [^>]*>old</a>", page)
    for said in (
        "0.6 (0.5 to 0.7), n = 40",
        "base 0.4, change +0.20 (+0.10 to +0.30)",
        "not measured",
        "nothing to ask",
    ):
        assert said in page
    assert "not passed: gate general: share right is 0.10" in page


def test_one_adapter_has_its_lineage_and_where_it_lies_is_told_to_operators(pages: Pages) -> None:
    page = pages.browser().get("/adapter?name=new").text
    assert "1 examples from 1 documents" in page
    assert "pw@" not in page
    assert "***" in page
    reading = Pages(broker=pages.broker, signing=Signed(Person("r", voter="r", role="reader")))
    reading.read()
    assert "lies at" not in reading.browser().get("/adapter?name=new").text
    assert "s3" not in reading.browser().get("/api/adapters").text
    assert pages.browser().get("/adapter?name=none").status_code == 404


def test_a_dry_run_of_a_promotion_changes_nothing_and_says_what_it_would(pages: Pages) -> None:
    page = pages.browser().get("/adapters/change?do=promote&of=good").text

    assert "<strong>good</strong> would speak for track tuned" in page
    assert "<strong>old</strong> would be retired" in page
    assert "<strong>new</strong> would stand by" in page
    assert serving(pages) == ["new", "old"]


def test_a_confirmed_promotion_is_announced_and_written_down(pages: Pages) -> None:
    assert done(pages.browser(), "/adapters/change?do=promote&of=good", reason="checked by <b>hand</b>") == 303
    assert serving(pages) == ["good", "new"]
    first, last = pages.broker.messages(topology.ACTIONS)

    assert isinstance(first, ActionTaken)
    assert isinstance(last, ActionTaken)
    assert (first.state, last.state, first.action_id) == ("begun", "done", last.action_id)
    assert (last.by, last.action, last.on, last.reason) == (
        "olga", "promote_adapter", ("good", "old"), "checked by <b>hand</b>",
    )  # fmt: skip
    for address in ("/adapters", "/adapter?name=good"):
        page = pages.browser().get(address).text
        assert '<span dir="auto">olga</span> (pages) promoted good' in page
        assert re.search(r"ago by <span dir=\"auto\">olga</span>|now</time> by <span dir=\"auto\">olga</span>", page)
        assert "checked by &lt;b&gt;hand&lt;/b&gt;" in page


def test_who_promoted_an_adapter_is_known_after_another_was(pages: Pages) -> None:
    browser = pages.browser()
    done(browser, "/adapters/change?do=promote&of=good")
    pages.read()
    pete = Person("pete", voter="web-pete", role="operator")
    done(signed_in_as(pages, browser, pete), "/adapters/change?do=promote&of=old")
    again = Pages(broker=pages.broker)
    again.read()

    for name, by in (("good", "olga"), ("old", "pete")):
        page = again.browser().get(f"/adapter?name={name}").text
        assert re.search(rf'<li><span dir="auto">{by}</span> \(pages\) promoted {name} <time', page), name


def test_a_rollback_lets_the_one_that_stands_by_speak(pages: Pages) -> None:
    assert done(pages.browser(), "/adapters/change?do=rollback&of=tuned", reason="invents names") == 303
    assert serving(pages) == ["old"]
    refused = pages.browser().get("/adapters/change?do=rollback&of=tuned").text
    assert "It is refused: no adapter of track tuned stands by" in refused


def test_a_promotion_that_gates_forbid_is_refused_with_the_reason(pages: Pages) -> None:
    browser = pages.browser()
    page = browser.get("/adapters/change?do=promote&of=bad").text
    assert "It is refused: bad is not promoted: gate general: share right is 0.10" in page
    assert "--despite-gates" not in page
    assert 'action="/adapters/change"' not in page

    forced = browser.get("/adapters/change?do=promote&of=bad&despite=1").text
    assert "Although: gate general: share right is 0.10" in forced
    fields = fields_of(forced)
    for changes in ({"despite": ""}, {"of": "good"}, {"do": "rollback", "of": "tuned"}, {"mark": ""}, {"reason": ""}):
        refused = browser.post("/adapters/change", data={**fields, "reason": "known risk", **changes})
        assert refused.status_code in (403, 422), changes
    assert serving(pages) == ["new", "old"]
    assert done(browser, "/adapters/change?do=promote&of=bad&despite=1", reason="known risk") == 303
    assert serving(pages) == ["bad", "new"]


def test_refusals_of_the_registry_are_shown(pages: Pages) -> None:
    pages.publish(topology.ADAPTERS, announced("cut", hours=7, state="candidate", training=UNFINISHED, gates=(PASSED,)))
    for of, why in (("new", "new serves already"), ("none", "no adapter &#39;none&#39;"), ("cut", "40 of 162 steps")):
        page = pages.browser().get(f"/adapters/change?do=promote&of={of}")
        assert (page.status_code, why in page.text) == (200, True), of
    assert pages.browser().get("/adapters/change?do=sell&of=new").status_code == 422


def test_a_confirmation_of_adapters_that_have_changed_since_is_refused(pages: Pages) -> None:
    browser = pages.browser()
    fields = {**fields_of(browser.get("/adapters/change?do=promote&of=good").text), "reason": "by hand"}
    pages.publish(topology.ADAPTERS, announced("tuner-made", hours=9, gates=(PASSED,)))
    refused = browser.post("/adapters/change", data=fields)

    assert (refused.status_code, "have changed since" in refused.text) == (403, True)
    assert not pages.broker.records(topology.ACTIONS.name)


def test_whoever_is_no_operator_changes_nothing(pages: Pages) -> None:
    for role in ("reader", "voter", "reviewer"):
        others = Pages(broker=pages.broker, signing=Signed(Person("r", voter="r", role=role)))
        others.read()
        assert "/adapters/change" not in others.browser().get("/adapters").text
        assert others.browser().get("/adapters/change?do=promote&of=good").status_code == 403


def test_whoever_is_no_operator_any_more_changes_nothing_by_a_form_of_before(pages: Pages) -> None:
    browser = pages.browser()
    fields = {**fields_of(browser.get("/adapters/change?do=promote&of=good").text), "reason": "by hand"}
    for person, status in ((Person("r", voter="r", role="reviewer"), 403), (None, 401)):
        assert signed_in_as(pages, browser, person).post("/adapters/change", data=fields).status_code == status
    assert serving(pages) == ["new", "old"]
    assert signed_in_as(pages, browser, OPERATOR).post("/adapters/change", data=fields).status_code == 303


def test_nothing_is_changed_while_topics_are_read_or_the_broker_is_away(pages: Pages) -> None:
    browser = pages.browser()
    pages.site.is_reading = True
    assert done(browser, "/adapters/change?do=promote&of=good") == 503
    pages.site.is_reading, pages.publishing.away = False, True
    assert done(browser, "/adapters/change?do=promote&of=good") == 503
    assert serving(pages) == ["new", "old"]


def test_a_change_that_is_cut_off_is_written_down_as_failed(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = pages.publishing.publish

    def refusing(topic: object, message: object) -> None:
        if isinstance(message, AdapterAnnounced):
            raise ConnectionError("the broker refused it")
        publish(topic, message)  # type: ignore[arg-type]

    monkeypatch.setattr(pages.publishing, "publish", refusing)
    assert done(pages.browser(), "/adapters/change?do=promote&of=good") == 503
    last = pages.broker.messages(topology.ACTIONS)[-1]
    assert isinstance(last, ActionTaken)
    assert (last.state, last.outcome) == ("failed", "the broker refused it")
    assert "It did not come to its end: the broker refused it" in pages.browser().get("/adapters").text


def test_what_the_tuner_decided_is_told(pages: Pages) -> None:
    pages.publish(
        topology.TUNINGS,
        TuningDecided(
            tuning_id="t", state="finished", reason="<i>200</i> documents", decided_at=NOON, adapter="bad",
            outcome="gate general failed", cost=Cost(seconds=90),
        ),
    )  # fmt: skip
    page = pages.browser().get("/adapters").text
    assert "&lt;i&gt;200&lt;/i&gt; documents" in page
    assert "gate general failed</span>; 90 s" in page


def test_thousands_of_adapters_and_long_names_are_shown_in_pages(pages: Pages) -> None:
    many = [announced(f"a-{at}", hours=-at, state="retired", gates=(PASSED,)) for at in range(1, 2_000)]
    pages.publish(topology.ADAPTERS, *many, announced("x" * 400, state="retired", reason="\u0645" * 900))
    page = pages.browser().get("/adapters").text
    assert len(re.findall(r'<li><a href="/adapter\?name=', page)) == 20
    assert "1 to 20 of 2,004" in page
    assert pages.browser().get("/adapters?page=999999999999").status_code == 200
