"""What an address of the page asks for: every view has one, and nothing else is remembered of it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from services.web.pages.paging import AT_ONCE

ADDRESS, FIRST = "/compare", 1


class View(BaseModel):
    """As it was asked for. What nothing fits is said (see `choosing.py`), and is no error."""

    model_config = ConfigDict(frozen=True)
    contest: str = Field(default="", description="its label; left out: the contest of the newest result")
    arm: str = Field(default="", description="the others are held against it; left out: the contest's first")
    other: str = Field(default="", description="the only one that is; left out: all")
    slice: str = Field(default="", description="of questions; left out: all")
    outcome: str = Field(
        default="", description="chosen-right, other-right, both-right, both-wrong, declined or failed"
    )
    failure: str = Field(default="", description="a kind of failure, as the page's own addresses call it")
    words: str = Field(default="", description="that the question has, all of them, whatever the case of letters")
    id: str = Field(default="", description="of one question")
    until: str = Field(default="", description="a time: no question that was asked later")
    page: int = Field(default=FIRST, description=f"from 1 on; pages have {AT_ONCE} questions")

    def address(self, **changes: Any) -> str:
        """Of this view, or of one that differs from it."""
        asked = self.model_copy(update=changes)
        return (
            f"{ADDRESS}?{urlencode({name: value for name, value in asked if value != View.model_fields[name].default})}"
        )

    def at(self, page: int) -> str:
        """The address of another page of the same questions."""
        return self.address(page=page)

    def of(self, arm: str) -> str:
        """The address of the same questions seen from another arm."""
        return self.address(arm=arm, other="" if self.other == arm else self.other, page=FIRST)

    @property
    def narrows(self) -> bool:
        """Whether questions are chosen by what they are, so that intervals describe these alone."""
        return bool(self.slice or self.words or self.id)

    @property
    def narrows_list(self) -> bool:
        """Whether they are chosen by what became of them as well."""
        return bool(self.outcome or self.failure)

    def misread(self, names: Iterable[str]) -> Iterator[str]:
        """Sentences on what cannot be understood, given the names of all parameters that an address has."""
        yield from (f"{name} is not known here and changes nothing." for name in names if name not in View.model_fields)
        if self.until and moment(self.until) is None:
            yield f"until is no time ({self.until}): shown is all until now."


def moment(said: str) -> datetime | None:
    """A time of an address, in UTC; None where it is none."""
    try:
        at = datetime.fromisoformat(said)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written(at: datetime) -> str:
    """A time as addresses have it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
