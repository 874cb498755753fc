"""A form that was sent: what was typed, whether a page of ours gave it, and whether it may come back filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from services.web.pages.faults import Faults, FieldError, faults_of
from services.web.safety import (
    FORM,
    MOST_BYTES,
    Browser,
    ForeignFormError,
    Forms,
    FormTooLargeError,
    OldFormError,
    is_from_us,
)
from shared.records import REASON

MOST_FIELDS, MARK = 50, "mark"
OLD = (
    "These pages were started anew since this form was opened, or your browser keeps no cookies: look over what you "
    "wrote, and send it once more."
)
FOREIGN = "This form is not from a page of ours, or older than our last start: open it anew."
REFUSALS = (ValueError, ConnectionError, OverflowError)
"""What a route raises where a form cannot be taken as it was sent."""


@dataclass
class Sent:
    """`fields`: name -> what was typed; of several of one name the last. `size_bytes`: of all of them, as UTF-8.

    `is_ours`: the browser itself says that a page of ours sent it. By that it is shown again, and nothing is ever done.
    `is_known`: its mark was found to be one that this process gave.
    """

    fields: Mapping[str, str]
    browser: Browser
    forms: Forms
    is_ours: bool
    is_known: bool = False

    @property
    def size_bytes(self) -> int:
        return sum(len(name.encode()) + len(said.encode(errors="replace")) for name, said in self.fields.items())

    @property
    def may_return(self) -> bool:
        """Whether what was typed may be shown again: no other site wrote it."""
        return self.is_ours or self.is_known

    def get(self, name: str) -> str:
        """What was typed into a field; "" where it is not there."""
        return self.fields.get(name, "")

    @property
    def reason(self) -> str:
        """Why somebody does it. Raises FieldError where it is longer than is kept, so that nothing is cut off."""
        if len(self.get("reason")) > REASON:
            raise FieldError("reason", f"At most {REASON:,} characters.")
        return self.get("reason")

    def require(self, *of: str, why: str = "") -> None:
        """Raises what `unknown` gives for a form without the mark of these, and FormTooLargeError."""
        self.is_known = self.forms.knows(self.get(MARK), self.browser, *of)
        if not self.may_return:
            raise self.unknown(why)
        if self.size_bytes > MOST_BYTES:
            raise FormTooLargeError(
                f"This has {self.size_bytes:,} bytes, and a form may have {MOST_BYTES:,}: shorten what you wrote."
            )
        if not self.is_known:
            raise self.unknown(why)

    def unknown(self, why: str = "") -> ValueError:
        """That the mark is none: OldFormError where a page of ours sent it, else ForeignFormError."""
        return OldFormError(why or OLD) if self.is_ours else ForeignFormError(why or FOREIGN)

    def refused(self, error: Exception, names: Mapping[str, str] | None = None) -> Faults:
        """What to show above the form that comes back. Raises the error where another site may have sent it.

        What was wrong before its mark was looked at is told without the form as well.
        """
        if not self.may_return:
            raise error
        return faults_of(error, names or {})


async def sent(request: Request) -> Sent:
    """As browsers send forms. Raises ValueError for too many fields."""
    body = (await request.body()).decode(errors="replace")
    said = parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    fields = {name: values[-1].replace("\r\n", "\n").strip() for name, values in said.items()}
    return Sent(fields, request.state.browser, request.app.state.site.forms, is_from_us(request))


def is_form(request: Request) -> bool:
    """Whether a browser sends a form."""
    return request.method == "POST" and request.headers.get("content-type", "").startswith(FORM)


OfForm = Annotated[Sent, Depends(sent)]
