"""Sheets on the page Review for tests: items by hand, reviewers, and pages that see at once what they publish."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from services.web.app import application
from services.web.live.site import Site
from services.web.signing.people import Person
from shared import topology
from shared.lab.audit.sheet import item_of
from shared.messages import Message, Reviewed, ReviewItem
from shared.messages.reviews import Said
from shared.people import Role
from shared.topology import AnyTopic
from tests.builders import NOON
from tests.web import ADDRESS, Pages, Signed

SHEET = "audit-1"


def an_item(place: int = 1, *, number: int = 3, **changes: Any) -> ReviewItem:
    """An answer on the sheet; its id is that of what it shows."""
    values: dict[str, Any] = {
        "sheet_id": SHEET, "kind": "answer", "place": place, "number": number, "question": f"Where is dock {place}?",
        "accepted": (f"pier {place}",), "answer": f"At pier {place}.",
    }  # fmt: skip
    values |= changes
    last = values["answer"] if values["kind"] == "answer" else values.get("question_id", "")
    choices = values.get("choices", ()) if values["kind"] == "answer" else ()
    named = item_of(values["question"], choices, values["accepted"], last)
    return ReviewItem(**{"item_id": named} | values)


def a_made_one(place: int = 1, **changes: Any) -> ReviewItem:
    """A question that was made of a document."""
    made = {
        "kind": "question",
        "answer": "",
        "question_id": f"made-{place}",
        "sheet_id": "wire-1",
        "shown": ("Pier 1.",),
    }
    return an_item(place, **made | changes)


def said(item: ReviewItem, reviewer: str, verdict: Said, minute: int = 0, **changes: Any) -> Reviewed:
    """What a reviewer says of an item, so many minutes after noon."""
    values: dict[str, Any] = {"said_at": NOON + timedelta(minutes=minute)} | changes
    return Reviewed(item_id=item.item_id, reviewer=reviewer, said=verdict, **values)


def a_reviewer(name: str, role: Role = "reviewer", labels: tuple[str, ...] = ()) -> Person:
    """Somebody who signed in."""
    return Person(name, voter=name, role=role, labels=labels)


class _Seen:
    """Publishes for a site, which then sees it at once, as it does within a moment in life."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def publish(self, topic: AnyTopic, message: Message) -> None:
        self._pages.publish(topic, message)


@dataclass
class Reviewers:
    """Pages over one broker and one state, with a browser for each reviewer."""

    pages: Pages

    def __post_init__(self) -> None:
        self._seen = _Seen(self.pages)
        self.pages.site.publishing = self._seen

    def browser(self, person: Person) -> TestClient:
        """Of this person. All browsers look at one state, each through a site of its own way of signing in."""
        site = Site(self.pages.settings, self.pages.voting, self._seen, Signed(person), forms=self.pages.site.forms)
        site.sheets, site.accepted, site.questions = (
            self.pages.site.sheets, self.pages.site.accepted, self.pages.site.questions,
        )  # fmt: skip
        site.finish_reading()
        return TestClient(application(site), base_url=ADDRESS, follow_redirects=False)

    def reviews(self) -> list[Reviewed]:
        """All that stand on the topic, in the order in which it was said."""
        kept = [message for message in self.pages.broker.messages(topology.REVIEWS) if isinstance(message, Reviewed)]
        return sorted(kept, key=lambda reviewed: reviewed.said_at)
