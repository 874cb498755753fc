"""Titles: by them people tell the tabs and the visited pages of their browser from each other."""

import re
from html import unescape

from shared import topology
from tests import web_sample
from tests.builders import a_question
from tests.web import Pages

TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def titles(pages: Pages, addresses: tuple[str, ...]) -> dict[str, str]:
    """Address -> its title; a page that was not there would fail here."""
    browser, said = pages.browser(), {}
    for address in addresses:
        read = TITLE.search(browser.get(address).text)
        assert read, address
        said[address] = unescape(read[1])
    return said


def test_no_two_pages_have_one_title() -> None:
    pages = Pages()
    web_sample.fill(pages)
    said = titles(pages, web_sample.full())
    twice = {address: title for address, title in said.items() if [*said.values()].count(title) > 1}

    assert twice == {}


def test_a_title_names_the_page_and_what_is_on_it() -> None:
    pages = Pages()
    web_sample.fill(pages)
    for address, parts in {
        "/question?id=q-live": ("Question", "How many minutes"),
        "/evidence?question=q-live&arm=base%2Brag": ("Evidence of base+rag", "How many minutes"),
        "/trace?document=ferry-1": ("Trace of a document", "ferry-1"),
        "/compare?id=q-vote": ("Compare", "Who is mayor?"),
        "/compare?arm=tuned&other=base": ("Compare", "tuned with base"),
        "/standings?of=learned": ("Standings", "learned"),
        "/standings/history?of=learned": ("Standings over time", "learned"),
        "/document?id=ferry-1": ("Document", "ferry-1"),
        "/dead/trial?what=topic&of=news.documents.v1": ("dry run", "news.documents.v1"),
        "/adapters/change?do=promote&of=news-2": ("Promoting", "news-2"),
        "/contest/announced?id=first": ("Contest first@", "announced"),
    }.items():
        [title] = titles(pages, (address,)).values()
        assert all(part in title for part in parts), (address, title)


def test_pages_of_a_list_are_numbered_and_a_long_question_leaves_room() -> None:
    pages = Pages()
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", text=web_sample.LONG, references=None))
    for number in range(60):
        pages.publish(topology.QUESTIONS, a_question(question_id=f"n-{number}", references=None))
    said = titles(pages, ("/review/questions", "/review/questions?page=2", "/question?id=q-1"))

    assert said["/review/questions"] == "Questions without accepted answers · Tiltyard"
    assert said["/review/questions?page=2"] == "Questions without accepted answers, page 2 · Tiltyard"
    assert len(said["/question?id=q-1"]) < 110
