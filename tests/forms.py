"""Forms of pages as browsers read and send them, and pages with something behind each form."""

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from fastapi.testclient import TestClient

from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from shared.messages import DocumentPublished
from shared.topology import AnyTopic
from tests.adapters import announced as adapter
from tests.adapters import gate
from tests.builders import a_question, an_answer
from tests.contests import within
from tests.dead import bury
from tests.results import ARMS, a_result, a_scored
from tests.reviews import a_made_one
from tests.web import Pages, Signed, announced

OPERATOR = Person("olga", voter="web-olga", role="operator")
OURS, FOREIGN = {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "cross-site"}
"""What browsers say of where a request comes from."""
DOCUMENT = "web-00000000-0000-4000-8000-000000000000"
ITEM = a_made_one(number=1)
TOML = '\nname = "zephrandel"\n[[arms]]\nname = "base"\n'


@dataclass(frozen=True)
class Form:
    """Where it stands, where it leads, what somebody types into it, and the topic on which that is written."""

    stands: str
    action: str
    typed: Mapping[str, str]
    topic: AnyTopic


FORMS = (
    Form("/", "/question", {"text": "Who is <mayor>?\nAnd why?", "sources": "Desk, Wire", "as_of": "2026-05-31"},
         topology.QUESTIONS),
    Form("/question?id=q-1", "/follow", {"text": 'And "why"?', "arm": "base+rag"}, topology.QUESTIONS),
    Form("/freshness", "/document", {"title": "Ferry & co", "text": "It sails.\n\nAgain.", "source": "Desk"},
         topology.DOCUMENTS),
    Form(f"/document?id={DOCUMENT}", "/document/change", {"title": "", "text": "It sails no more.", "source": "Wire"},
         topology.DOCUMENTS),
    Form("/question/references?id=q-1", "/question/references",
         {"references": "Ann\nMarr", "outdated": "Bo Tull", "gold_document_ids": "story-1\nstory-2"},
         topology.REFERENCES),
    Form(f"/review/item?sheet={ITEM.sheet_id}&item={ITEM.item_id}", "/review",
         {"text": "Where is the <second> dock?", "references": "pier 2\nthe pier", "said": "mend"}, topology.REVIEWS),
    Form("/adapters/change?do=promote&of=good", "/adapters/change", {"reason": 'checked by "hand"'},
         topology.ADAPTERS),
    Form("/dead/trial?what=topic&of=news.documents.v1", "/dead/send", {"reason": "the limit & all"}, topology.ACTIONS),
)  # fmt: skip
"""Every form into which people write and that is sent in one step; a contest is checked before."""


def filled(settings: WebSettings | None = None, person: Person | None = OPERATOR) -> Pages:
    """With something behind each form."""
    pages = Pages(settings=settings or WebSettings(), signing=Signed(person))
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", references=None, text="Who is mayor?"))
    pages.publish(topology.ANSWERS, an_answer(question_id="q-1", arm="base+rag", text="Edith Marr."))
    pages.publish(topology.DOCUMENTS, DocumentPublished(document_id=DOCUMENT, title="Ferry", text="It sails."))
    pages.publish(topology.INDEXED, announced(DOCUMENT))
    pages.publish(topology.REVIEW_ITEMS, ITEM)
    passed = (gate("learned", "passed", value=0.6, n=40),)
    pages.publish(
        topology.ADAPTERS, adapter("old", gates=passed), adapter("good", hours=6, state="candidate", gates=passed)
    )
    said = [a_scored(arm, question_id="q-v", text=text) for arm, text in (("base", "Nobody."), ("base+rag", "Marr."))]
    pages.publish(topology.RESULTS, within(a_result(*said, question_id="q-v", text="Who is mayor?"), *ARMS))
    bury(pages.broker, "d-1", "d-2")
    pages.read()
    return pages


def restarted(pages: Pages, browser: TestClient) -> tuple[Pages, TestClient]:
    """The same broker under a new process, and the same browser."""
    anew = Pages(broker=pages.broker, settings=pages.settings, signing=pages.signing)
    anew.read()
    another = anew.browser()
    another.cookies = browser.cookies
    return anew, another


class _Reader(HTMLParser):
    """The forms of a page, each with its fields; of the last form with an action that has the most fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.limits: dict[str, str | None] = {}
        self._fields: dict[str, str] | None = None
        self._area, self._select, self._option = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "form":
            self._fields = {}
            self.forms.append((of.get("action") or "", self._fields))
        if self._fields is None:
            return
        name = of.get("name") or ""
        if tag == "input" and (of.get("type") not in ("checkbox", "radio") or "checked" in of):
            self._fields[name] = of.get("value") or ""
        if tag in ("input", "textarea") and of.get("type") not in ("hidden", "checkbox"):
            self.limits[name] = of.get("maxlength")
        if tag == "textarea":
            self._area, self._fields[name] = name, ""
        if tag == "select":
            self._select = name
        if tag == "option" and ("selected" in of or self._select not in self._fields):
            self._option = "value" not in of
            self._fields[self._select] = of.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area and self._fields is not None:
            self._fields[self._area] += data
        if self._option and self._fields is not None:
            self._fields[self._select], self._option = data, False

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._fields is not None:
            self._fields[self._area] = self._fields[self._area].removeprefix("\n")
            self._area = ""
        if tag == "form":
            self._fields = None


def fields_of(page: str, action: str) -> dict[str, str]:
    """What a browser would send of the form that leads there as the page came; of several the one with most fields."""
    reader = _Reader()
    reader.feed(page)
    found = [fields for leads, fields in reader.forms if leads == action]
    return max(found, key=len, default={})


def limits_of(page: str) -> dict[str, str | None]:
    """Name of each field into which people write -> how many characters it takes."""
    reader = _Reader()
    reader.feed(page)
    return reader.limits
