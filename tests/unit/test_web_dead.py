"""Dead letters on pages: in groups, one by one, and sent again after a dry run."""

import json
import re
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from shared.lab.accounting import name
from shared.memory.letters import MemoryLetters
from shared.messages import ActionTaken, LetterSpan
from shared.records import Position
from tests.builders import NOON
from tests.dead import bury
from tests.web import Pages, Signed, signed_in_as

DOCUMENTS = topology.DOCUMENTS.name
OPERATOR = Person("olga", voter="web-olga", role="operator")


@pytest.fixture
def pages() -> Pages:
    return Pages(signing=Signed(OPERATOR))


def of_group(browser: TestClient) -> str:
    """The name of the first group."""
    found = re.search(r"/dead/group\?id=(\w+)", browser.get("/dead").text)
    assert found
    return found[1]


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form that confirms a dry run."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def confirmed(pages: Pages, browser: TestClient, trial: str, **changes: str) -> str:
    """Send what a dry run shows, wait for the end, and look at how it ended."""
    page = browser.get(trial)
    assert page.status_code == 200, page.text
    led = browser.post("/dead/send", data={**fields_of(page.text), **changes})
    assert led.status_code == 303, led.text
    pages.site.sending.wait()
    pages.read()
    return browser.get(led.headers["location"]).text


def test_without_letters_the_page_says_that_nothing_is_to_be_done(pages: Pages) -> None:
    assert "Nothing lies here: every record that came was handled" in pages.browser().get("/dead").text


def test_reasons_that_differ_in_ids_and_numbers_alone_are_one_group(pages: Pages) -> None:
    for number in range(3):
        bury(pages.broker, f"d-{number}", reason=f"document web-{number}a has {number:,}00 bytes, 9 are taken")
    bury(pages.broker, "q-1", topic=topology.QUESTIONS, reason="text: no words")
    pages.read()
    page = pages.browser().get("/dead").text

    assert "document web-… has … bytes, … are taken" in page
    assert f"3 letters of {DOCUMENTS}, buried by ingest" in page
    assert "q-1" not in page
    assert "text: no words" not in pages.browser().get(f"/dead?topic={DOCUMENTS}").text
    groups = pages.browser().get("/api/dead").json()["items"]
    assert [(group["topic"], group["count"]) for group in groups] == [(DOCUMENTS, 3), (topology.QUESTIONS.name, 1)]


def test_a_letter_is_shown_with_where_it_came_from_and_its_first_bytes(pages: Pages) -> None:
    [place] = bury(pages.broker, "d-1", value=b'{"text": "<b>no</b>"}' + b" " * 3_000)
    pages.read()
    page = pages.browser().get(f"/dead/letter?at={quote(name(place))}").text

    assert f"{DOCUMENTS}[0]@0" in page
    assert "3,021 bytes" in page
    assert "{&#34;text&#34;: &#34;&lt;b&gt;no&lt;/b&gt;&#34;}" in page
    assert "The first 1,024 bytes at most" in page
    assert "traceparent" in page


def test_hostile_bytes_are_shown_as_text_or_as_numbers_and_break_nothing(pages: Pages) -> None:
    values = (
        b"", b"\xff\xfe\x00\x01" * 900, b"\x00", "é".encode() * 1_000, "é".encode()[:1], b"<script>alert(1)</script>",
        b"\x1b[2J", "\u202e\u2066\u0645\u0631\u062d\u0628\u0627".encode(),
        b"[" * 5_000, b'{"labels": ' * 900, b"x" * 4_000, b"\r\n" * 9,
    )  # fmt: skip
    browser = pages.browser()
    for at, value in enumerate(values):
        key = bytes([at, 255]) + value[:40]
        position = pages.broker.append(
            topology.DOCUMENTS.dead, key, value, {"<i>": value[:50], "dead-reason": value[:99]}
        )
        pages.read()
        page = browser.get(f"/dead/letter?at={quote(name(position))}")
        assert page.status_code == 200, value[:9]
        assert "<script>alert" not in page.text
        assert "<i>" not in page.text
        assert "\u202e" not in page.text
        assert browser.get(f"/api/dead/letter?at={quote(name(position))}").status_code == 200
        assert browser.get(f"/dead/trial?what=at&of={quote(name(position))}").status_code == 200
    assert browser.get("/dead").status_code == 200
    first = "0000  ff fe 00 01"
    assert first in browser.get("/api/dead/letter", params={"at": name(position_of(pages, values[1]))}).json()["value"]


def position_of(pages: Pages, value: bytes) -> Position:
    return next(record.position for record in pages.broker.records(topology.DOCUMENTS.dead) if record.value == value)


def test_places_that_are_none_are_not_found(pages: Pages) -> None:
    for place in ("", "x", "news[0]@0", f"{topology.DOCUMENTS.dead}[0]@7", "a[²]@0", f"a[{'9' * 99}]@0"):
        for address in ("/dead/letter", "/api/dead/letter"):
            assert pages.browser().get(address, params={"at": place}).status_code == 404
    assert pages.browser().get("/dead/group?id=none").status_code == 404
    assert pages.browser().get("/dead/sending?id=none").status_code == 404
    assert pages.browser().get("/dead/trial?what=all&of=x").status_code == 422


def test_bytes_are_for_operators_who_may_see_the_labels_that_are_named_in_them() -> None:
    valid = b'{"document_id": "d", "text": "the secret", "labels": ["board", "press"]}'
    cases = (
        (valid, ("board",), True), (valid, (), False), (valid, ("desk",), False),
        (b'{"text": "the secret", "labels": "board"}', ("board",), False),
        (b'{"text": "the secret", "labels": ["board"], "labels": []}', (), False),
        (b'{"text": "the secret", "labels": ["board"]', ("board",), False),
        (b'{"chunk": {"text": "the secret", "evidence_labels": [[], ["board"]]}}', (), False),
        (b'{"text": "the secret", "labels": ["suite:x"]}', (), True),
        (b'{"text": "the secret", "labels": []', (), True),
    )  # fmt: skip
    for value, labels, is_shown in cases:
        pages = Pages(signing=Signed(Person("o", voter="o", role="operator", labels=labels)))
        [place] = bury(pages.broker, "d-1", value=value)
        pages.read()
        for address in (
            "/dead/letter",
            "/api/dead/letter",
            "/dead",
            f"/dead/group?id={pages.site.dead.groups()[0].name}",
        ):
            said = pages.browser().get(address, params={"at": name(place)} if "letter" in address else None).text
            assert ("the secret" in said) == (is_shown and "letter" in address), (value, labels, address)


def test_bytes_that_were_cut_off_before_their_labels_are_for_nobody(pages: Pages) -> None:
    value = b'{"text": "the secret' + b"x" * topology.DOCUMENTS.max_bytes + b'", "labels": ["board"]}'
    [place] = bury(pages.broker, "large", value=value)
    pages.read()
    for address in ("/dead/letter", "/api/dead/letter"):
        said = pages.browser().get(address, params={"at": name(place)}).text
        assert "the secret" not in said
        assert "nobody can tell which labels it has" in said


def test_a_question_is_for_whoever_has_all_of_its_labels() -> None:
    for labels, is_shown in ((("board",), False), (("board", "press"), True)):
        pages = Pages(signing=Signed(Person("o", voter="o", role="operator", labels=labels)))
        value = b'{"text": "the secret", "labels": ["board", "press"]}'
        [place] = bury(pages.broker, "q-1", value=value, topic=topology.QUESTIONS)
        pages.read()
        page = pages.browser().get("/dead/letter", params={"at": name(place)}).text
        assert ("the secret" in page) == is_shown


def test_whoever_is_no_operator_sees_no_bytes_and_sends_nothing() -> None:
    for role in ("reader", "voter", "reviewer"):
        pages = Pages(signing=Signed(Person("r", voter="r", role=role)))
        [place] = bury(pages.broker, "d-1", value=b"the secret")
        pages.read()
        browser, at = pages.browser(), quote(name(place))
        page = browser.get(f"/dead/letter?at={at}").text
        assert "the secret" not in page
        assert "shown to operators" in page
        assert "/dead/trial" not in page
        assert browser.get(f"/dead/trial?what=at&of={at}").status_code == 403


def test_whoever_is_no_operator_any_more_sends_nothing_by_a_form_of_before(pages: Pages) -> None:
    bury(pages.broker, "d-1")
    pages.read()
    browser = pages.browser()
    fields = fields_of(browser.get(f"/dead/trial?what=topic&of={DOCUMENTS}").text)
    for person, status in ((Person("r", voter="r", role="reviewer"), 403), (None, 401)):
        assert signed_in_as(pages, browser, person).post("/dead/send", data=fields).status_code == status
    assert not pages.broker.records(DOCUMENTS)
    assert signed_in_as(pages, browser, OPERATOR).post("/dead/send", data=fields).status_code == 303


def test_a_dry_run_sends_nothing_and_its_confirmation_sends_what_it_showed(pages: Pages) -> None:
    bury(pages.broker, "d-1", "d-2", value=b'{"a": 1}')
    pages.read()
    browser = pages.browser()
    trial = f"/dead/trial?what=group&of={of_group(browser)}"
    assert f"2 letters would go to {DOCUMENTS}" in browser.get(trial).text
    assert not pages.broker.records(DOCUMENTS)

    page = confirmed(pages, browser, trial, reason="the cleaner was mended")

    assert "Done: 2 of 2 letters sent again" in page
    records = pages.broker.records(DOCUMENTS)
    assert sorted((record.key, record.value) for record in records) == [(b"d-1", b'{"a": 1}'), (b"d-2", b'{"a": 1}')]
    assert dict(records[0].headers) == {"traceparent": b"00-1"}


def test_who_sent_what_and_when_stands_on_a_topic(pages: Pages) -> None:
    places = bury(pages.broker, "d-1", "d-2", "d-3")
    pages.read()
    confirmed(pages, pages.browser(), f"/dead/trial?what=topic&of={DOCUMENTS}", reason="mended")
    said = pages.broker.messages(topology.ACTIONS)
    action = said[-1]

    assert isinstance(action, ActionTaken)
    assert (action.by, action.via, action.action, action.state) == ("olga", "pages", "send_again", "done")
    assert (action.reason, action.on, action.wanted, action.sent) == ("mended", (DOCUMENTS,), 3, 3)
    assert {of.action_id for of in said if isinstance(of, ActionTaken)} == {action.action_id}
    assert set(pages.site.dead.sent) == set(places)
    page = pages.browser().get("/dead").text
    assert "olga" in page
    assert "3 of 3 letters sent again" in page


def test_what_came_after_the_dry_run_is_not_sent(pages: Pages) -> None:
    bury(pages.broker, "d-1")
    pages.read()
    browser = pages.browser()
    page = browser.get(f"/dead/trial?what=group&of={of_group(browser)}").text
    bury(pages.broker, "d-late")
    pages.read()
    assert browser.post("/dead/send", data=fields_of(page)).status_code == 303
    pages.site.sending.wait()

    assert [record.key for record in pages.broker.records(DOCUMENTS)] == [b"d-1"]


def test_a_confirmation_of_anything_else_is_refused(pages: Pages) -> None:
    bury(pages.broker, "d-1", "d-2")
    bury(pages.broker, "d-3", reason="another")
    pages.read()
    browser = pages.browser()
    fields = fields_of(browser.get(f"/dead/trial?what=group&of={of_group(browser)}").text)
    others = (
        {"mark": ""}, {"mark": "0" * 64}, {"what": "topic", "of": DOCUMENTS}, {"again": "1"}, {"until": "2"},
        {"until": ""}, {"until": "²"}, {"of": "none"}, {"what": ""},
    )  # fmt: skip
    for changes in others:
        assert browser.post("/dead/send", data={**fields, **changes}).status_code in (403, 422), changes
    assert pages.browser().post("/dead/send", data=fields).status_code == 403, "another browser"
    assert not pages.broker.records(DOCUMENTS)
    assert not pages.broker.records(topology.ACTIONS.name)


def test_letters_are_not_sent_twice_unless_that_is_asked_for(pages: Pages) -> None:
    bury(pages.broker, "d-1", "d-2")
    pages.read()
    browser = pages.browser()
    trial = f"/dead/trial?what=group&of={of_group(browser)}"
    fields = fields_of(browser.get(trial).text)
    assert browser.post("/dead/send", data=fields).status_code == 303
    pages.site.sending.wait()
    assert browser.post("/dead/send", data=fields).status_code == 403, "the form again"
    pages.read()

    assert "2 letters would be left out: sent again before" in browser.get(trial).text
    assert "sent again" in browser.get(f"/dead/group?id={of_group(browser)}").text
    assert len(pages.broker.records(DOCUMENTS)) == 2
    confirmed(pages, browser, f"{trial}&again=1")
    assert len(pages.broker.records(DOCUMENTS)) == 4


def test_after_a_restart_it_is_known_which_letters_were_sent(pages: Pages) -> None:
    bury(pages.broker, "d-1")
    pages.read()
    confirmed(pages, pages.browser(), f"/dead/trial?what=topic&of={DOCUMENTS}")
    again = Pages(broker=pages.broker, signing=Signed(OPERATOR))
    again.read()

    assert "1 letter would be left out" in again.browser().get(f"/dead/trial?what=topic&of={DOCUMENTS}").text


def test_cut_letters_and_foreign_records_cannot_be_sent(pages: Pages) -> None:
    bury(pages.broker, "large", value=b"x" * topology.DOCUMENTS.max_bytes, reason="too large")
    pages.broker.append(topology.DOCUMENTS.dead, b"foreign", b"{}")
    forged = {"dead-topic": topology.ADAPTERS.name.encode(), "dead-partition": b"0", "dead-offset": b"0"}
    pages.broker.append(topology.DOCUMENTS.dead, b"forged", b"{}", forged)
    bury(pages.broker, "whole")
    pages.read()
    browser = pages.browser()
    page = browser.get(f"/dead/trial?what=topic&of={DOCUMENTS}").text

    assert "1 letter cannot be sent: first bytes alone" in page
    assert "2 letters cannot be sent: foreign records" in page
    confirmed(pages, browser, f"/dead/trial?what=topic&of={DOCUMENTS}")
    assert [record.key for record in pages.broker.records(DOCUMENTS)] == [b"whole"]
    assert not pages.broker.records(topology.ADAPTERS.name)


def test_while_the_broker_is_away_nothing_is_begun(pages: Pages) -> None:
    bury(pages.broker, "d-1")
    pages.read()
    browser = pages.browser()
    fields = fields_of(browser.get(f"/dead/trial?what=topic&of={DOCUMENTS}").text)
    pages.publishing.away = True

    assert browser.post("/dead/send", data=fields).status_code == 503
    assert not pages.broker.records(DOCUMENTS)
    pages.publishing.away = False
    assert browser.post("/dead/send", data=fields).status_code == 303, "and goes on once it is back"


class Breaking(MemoryLetters):
    """Takes one portion, and then is away."""

    taken = 0

    def flush(self) -> None:
        """Raises ConnectionError from the second time on."""
        self.taken += 1
        if self.taken > 1:
            self._waiting.clear()
            raise ConnectionError("the broker is away")
        super().flush()


def test_a_broker_that_goes_away_meanwhile_leaves_the_rest_to_be_sent(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.lab.resending.sending.AT_ONCE", 2)
    pages = Pages(signing=Signed(OPERATOR), letters=Breaking)
    bury(pages.broker, *(f"d-{at}" for at in range(5)))
    pages.read()
    browser, trial = pages.browser(), f"/dead/trial?what=topic&of={DOCUMENTS}"
    page = confirmed(pages, browser, trial)

    assert "It did not come to its end. 2 of 5 letters sent again; the broker is away" in page
    pages.site.sending.wait()
    page = browser.get(trial).text
    assert "3 letters would go to" in page
    assert "2 letters would be left out" in page


def test_older_letters_than_are_kept_are_counted() -> None:
    pages = Pages(settings=WebSettings(dead_letters=10), signing=Signed(OPERATOR))
    pages.site.dead.start_after({topology.DOCUMENTS.dead: 40, "another": 9})
    bury(pages.broker, *(f"d-{at}" for at in range(30)))
    pages.read()
    page = pages.browser().get("/dead").text
    kept = len([*pages.site.dead.letters()])

    assert kept <= 11
    assert f"{DOCUMENTS}.dead holds about {70 - kept} more, older than these" in page


def test_thousands_of_letters_are_shown_in_pages(pages: Pages) -> None:
    bury(pages.broker, *(f"d-{at:04}" for at in range(3_000)))
    for at in range(120):
        bury(pages.broker, "d-other", reason=f"another {'x' * (at + 1)}", topic=topology.QUESTIONS)
    pages.read()
    browser = pages.browser()
    first, last = browser.get("/dead").text, browser.get("/dead?page=99").text
    members = browser.get(f"/dead/group?id={of_group(browser)}&page=2").text

    assert first.count("/dead/group?id=") == 20
    assert "121 to 121 of 121" in last
    assert members.count("/dead/letter?at=") == 20
    assert "21 to 40 of 3,000" in members


def test_letters_are_found_by_their_key(pages: Pages) -> None:
    bury(pages.broker, "d-1", "d-2")
    bury(pages.broker, "d-1", topic=topology.CHUNKS, reason="no chunks")
    pages.read()

    assert [letter.topic for letter in pages.site.dead.of("d-1")] == [topology.CHUNKS.name, DOCUMENTS]
    assert pages.site.dead.of("none") == []


def test_while_letters_are_being_sent_no_others_are(pages: Pages) -> None:
    bury(pages.broker, "d-1", "d-2")
    pages.read()
    browser = pages.browser()
    fields = fields_of(browser.get(f"/dead/trial?what=topic&of={DOCUMENTS}").text)
    with pages.held():
        first = browser.post("/dead/send", data=fields)
        assert "0 of 2 letters sent again by now" in browser.get(first.headers["location"]).text
        busy = browser.post("/dead/send", data=fields)
        assert (busy.status_code, "being sent at the moment" in busy.text) == (409, True)
    pages.site.sending.wait()
    assert len(pages.broker.records(DOCUMENTS)) == 2


def test_a_sending_that_was_cut_off_says_so(pages: Pages) -> None:
    pages.publish(
        topology.ACTIONS, ActionTaken(action_id="a", action="send_again", by="x", via="pages", at=NOON, wanted=9)
    )
    assert "It was cut off after 0 letters of 9" in pages.browser().get("/dead/sending?id=a").text


def test_what_is_behind_on_an_action_changes_nothing(pages: Pages) -> None:
    span = LetterSpan(topic=topology.DOCUMENTS.dead, partition=0, first=0, last=1)
    begun = ActionTaken(action_id="a", action="send_again", by="x", via="pages", at=NOON, wanted=9)
    done = begun.model_copy(update={"state": "done", "outcome": "ended", "letters": (span,)})
    for action in (begun, done, begun):
        pages.publish(topology.ACTIONS, action)
    assert "Done: ended" in pages.browser().get("/dead/sending?id=a").text


def test_letters_are_not_counted_beyond_what_an_action_may_have(pages: Pages) -> None:
    span = {"topic": topology.DOCUMENTS.dead, "partition": 0, "first": 0, "last": 2**60}
    said = {"action_id": "a", "action": "send_again", "by": "x", "via": "pages", "at": "2025-01-01", "letters": [span]}
    pages.broker.append(topology.ACTIONS.name, b"a", json.dumps(said).encode())
    pages.read()
    assert not pages.site.dead.sent
