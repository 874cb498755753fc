"""What programs are told of a fault: one shape, as RFC 9457 has it, and as the document of the interface says."""

from typing import Any

import pytest
from httpx2 import Response

from services.web.app import application
from services.web.safety import MOST_BYTES
from services.web.settings import WebSettings
from services.web.signing.people import Person
from tests.web import Pages, signed_in_as

MEDIA_TYPE = "application/problem+json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return application(Pages().site).openapi()


def told(answer: Response, status: int) -> dict[str, Any]:
    """The problem, which has the shape of all problems."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem: dict[str, Any] = answer.json()
    assert (set(problem), problem["status"]) == ({"type", "title", "status", "detail", "errors"}, status)
    assert problem["detail"].endswith("."), problem
    return problem


def test_every_fault_of_programs_has_one_shape() -> None:
    pages = Pages(settings=WebSettings(asked_per_minute=2))
    ask: dict[str, Any] = {"text": "Who?"}
    browser = pages.browser()
    assert told(browser.get("/api/question?id=none"), 404)["title"] == "Not Found"
    assert told(browser.get("/api/nothing"), 404)["detail"] == "There is no page of this address."
    assert told(browser.put("/api/question"), 405)["title"] == "Method Not Allowed"
    assert browser.put("/api/question").headers["allow"]
    assert "65,536" in told(browser.post("/api/question", json={"text": "x" * MOST_BYTES}), 413)["detail"]
    pages.publishing.away = True
    told(browser.post("/api/question", json=ask), 503)
    pages.publishing.away = False
    browser.post("/api/question", json=ask)
    told(browser.post("/api/question", json=ask), 429)
    told(signed_in_as(pages, browser, Person("r", voter="r", role="reader")).post("/api/question", json=ask), 403)
    unsigned = signed_in_as(pages, browser, None).get("/api/standings")
    told(unsigned, 401)
    assert unsigned.headers["www-authenticate"] == "Bearer"


def test_fields_that_are_to_blame_are_named() -> None:
    browser = Pages().browser()
    for answer, field, detail in (
        (browser.get("/api/dead?page=x"), "page", "Write a whole number."),
        (browser.get("/api/evidence?question=q"), "arm", "It is missing."),
        (browser.post("/api/question", json={"words": "Who?"}), "text", "It is missing."),
        (browser.post("/api/question", json={"text": "x" * 5_000}), "text", "At most 4,000 characters."),
        (browser.post("/api/question", content="{", headers={"content-type": "application/json"}), "1",
         "This is no JSON."),
        (browser.post("/api/question", content="Who?", headers={"content-type": "text/plain"}), "body",
         "Send JSON, with content-type: application/json."),
    ):  # fmt: skip
        assert told(answer, 422)["errors"] == [{"field": field, "detail": detail}]


def test_the_document_describes_every_problem_that_a_route_may_tell(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["Problem"]["properties"]) == {"type", "title", "status", "detail", "errors"}
    assert "HTTPValidationError" not in schemas
    for address, methods in document["paths"].items():
        for method, of in methods.items():
            wrong = {int(status): said for status, said in of["responses"].items() if int(status) >= 400}
            expected = {401, 422} | ({413, 429, 503} if method == "post" else set())
            assert expected <= set(wrong), address
            for said in wrong.values():
                assert said["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}, address


def test_pages_are_told_the_same_as_a_page() -> None:
    refused = Pages().browser().get("/dead?page=x")
    assert refused.headers["content-type"].startswith("text/html")
    assert 'role="alert"' in refused.text
    assert "<code>page</code>: Write a whole number." in refused.text
