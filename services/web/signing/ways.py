"""How it is found out who looks at a page."""

import hashlib
from typing import Protocol

from starlette.requests import Request

from services.web.safety import Browser
from services.web.signing.people import Person


class NotSignedInError(ValueError):
    """Nobody who is known looks; signing in would help."""


class Signing(Protocol):
    """One way of finding it out."""

    def who(self, request: Request, browser: Browser) -> Person | None:
        """None of somebody who has not signed in."""
        ...


class ThisMachine:
    """Nobody is asked who they are: whoever reaches a loopback address may do all that needs no labels."""

    def who(self, request: Request, browser: Browser) -> Person:
        """By the name that was drawn for the browser, as a pseudonym from which nobody finds that name."""
        del request
        name = f"web-{hashlib.sha256(browser.name.encode()).hexdigest()[:16]}"
        return Person(name, voter=name, role="operator", is_new=browser.is_new)
