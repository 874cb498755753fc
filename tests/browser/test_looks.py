"""Every page at three widths, light and dark, with nothing on it and with much: no fault by axe, and nothing cut off.

Pictures of all of them are kept in `build/pages`.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import web_sample
from tests.browser.conftest import PICTURES, Served

WIDTHS = (1_280, 768, 320)
JUDGED = {"light": (1_280, 320), "dark": (1_280,)}
"""Where axe looks and a picture is kept: in the dark there are only other colours."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def by_axe(page: Page) -> list[str]:
    """Each with the elements that have it."""
    found: list[dict[str, Any]] = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{fault['id']}: {[node['target'] for node in fault['nodes']]}" for fault in found]


def cut_off(page: Page) -> list[str]:
    """One where the page is wider than the window."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{wide} pixels wider than the window"] if wide > 0 else []


def picture(address: str, width: int, scheme: str, state: str) -> str:
    name = address.strip("/").replace("/", "-").replace("?", "-").replace("=", "-").replace("&", "-") or "ask"
    return f"{name}.{state}.{scheme}.{width}.png"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["empty", "full"])
def test_no_page_has_a_fault_at_any_width(chromium: Browser, served: Served, scheme: Any, state: str) -> None:
    if state == "full":
        web_sample.fill(served.pages)
    seen = {}
    with chromium.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        for address in web_sample.EMPTY if state == "empty" else (*web_sample.full(), "/dead?page=x"):
            page.set_viewport_size({"width": WIDTHS[0], "height": 800})
            page.goto(served.address + address)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                seen[address, width] = cut_off(page)
                if width in JUDGED[scheme]:
                    page.screenshot(path=PICTURES / picture(address, width, scheme, state), full_page=True)
                    seen[address, width] += by_axe(page)
    assert {where: said for where, said in seen.items() if said} == {}
