"""Lists on pages and as JSON: one parameter of addresses, one shape, one bound."""

import re
from html import unescape
from typing import Any

import pytest
from fastapi.routing import APIRoute

from services.web.app import application
from services.web.pages.paging import AT_ONCE, paged
from services.web.pages.routes import ROUTES
from shared import topology
from tests.builders import a_question
from tests.dead import bury
from tests.web import Pages

ENVELOPE = {"items", "page", "pages", "count"}
LISTS = {
    "/api/actions", "/api/adapters", "/api/contests", "/api/dead", "/api/dead/group", "/api/reports", "/api/review",
    "/api/review/items", "/api/standings", "/api/standings/history",
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return application(Pages().site).openapi()


def answers(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Address of what programs read -> the schema of its answer."""
    return {
        address: of["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for address, of in document["paths"].items() if "get" in of
    }  # fmt: skip


def test_every_list_for_programs_has_the_same_envelope(document: dict[str, Any]) -> None:
    schemas, seen = document["components"]["schemas"], set()
    for address, schema in answers(document).items():
        assert set(schema) == {"$ref"}, f"{address} is a bare list or a bare object"
        name = schema["$ref"].rpartition("/")[2]
        if name.startswith("PageOf"):
            seen.add(address)
            assert set(schemas[name]["properties"]) == ENVELOPE
            assert set(schemas[name]["required"]) == ENVELOPE
    assert seen == LISTS


def test_models_have_names_that_one_can_say(document: dict[str, Any]) -> None:
    names = document["components"]["schemas"]
    assert {"PageOfDeadLetter", "PageOfStanding"} <= set(names)
    assert not [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]


def test_every_list_is_paged_by_one_parameter() -> None:
    numbered = {}
    for route in (route for page in ROUTES for route in page.routes if isinstance(route, APIRoute)):
        for query in route.dependant.query_params:
            if query.field_info.annotation is int:
                numbered[route.path] = query.alias
    assert set(numbered.values()) == {"page"}
    assert numbered.keys() >= LISTS


def test_a_page_beyond_either_end_is_the_nearest_one() -> None:
    numbers = list(range(AT_ONCE + 1))
    for asked, (at, first, count) in {-1: (1, 0, AT_ONCE), 1: (1, 0, AT_ONCE), 2: (2, AT_ONCE, 1),
                                      10**30: (2, AT_ONCE, 1)}.items():  # fmt: skip
        part = paged(numbers, asked)
        assert (part.page, part.items[0], len(part.items), part.pages, part.count) == (at, first, count, 2, AT_ONCE + 1)
    assert (paged([], 9).page, paged([], 9).pages, paged([], 9).count) == (1, 1, 0)


def test_no_page_has_more_than_the_bound_of_a_list() -> None:
    pages = Pages()
    many = (a_question(question_id=f"q-{at:03}", references=None) for at in range(2 * AT_ONCE + 1))
    pages.publish(topology.QUESTIONS, *many)
    shown = [pages.browser().get(f"/?page={at}").text.count('<li><a href="/question?id=') for at in (1, 2, 3)]
    assert shown == [AT_ONCE, AT_ONCE, 1]


def test_the_links_of_a_list_keep_all_else_that_its_address_says() -> None:
    pages = Pages()
    for at in range(3 * AT_ONCE):
        bury(pages.broker, "d-1", reason=f"another {'x' * (at + 1)}", topic=topology.QUESTIONS)
    pages.read()
    page = pages.browser().get(f"/dead?page=2&topic={topology.QUESTIONS.name}").text

    [nav] = re.findall(r'<nav aria-label="Pages of the list".*?</nav>', page, re.DOTALL)
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', nav)]
    assert links == [f"/dead?topic={topology.QUESTIONS.name}&page={at}" for at in (1, 1, 3, 3)]
    assert "21 to 40 of 60" in nav


def test_a_page_that_is_no_number_is_refused_in_words() -> None:
    for address in ("/dead?page=x", "/api/dead?page=x", "/compare?page=", "/api/compare?page=1.5"):
        refused = Pages().browser().get(address)
        assert (refused.status_code, "page" in refused.text) == (422, True), address
