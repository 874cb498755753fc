"""Sheets that people review, and what each reviewer said of their items, as their topics tell it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from services.web.signing.people import Person
from shared import topology
from shared.lab.reviewing.given import Given, given, standing, told
from shared.lab.reviewing.sheets import has_its_name
from shared.messages import Reviewed, ReviewItem
from shared.messages.reviews import ItemKind
from shared.records import RawRecord, key_of, understood

ITEMS = 10_000
VERDICTS, READ_ITEMS = 50_000, 20_000
"""Newest records that are read at a start; items of which what was said is kept."""


@dataclass(frozen=True)
class Listed:
    """An item, and when it was put on its sheet."""

    item: ReviewItem
    at: datetime


@dataclass(frozen=True)
class Sheet:
    """The items of one sheet that somebody may see, in their order. `hidden`: so many are for others."""

    sheet_id: str
    kind: ItemKind
    at: datetime
    items: Sequence[ReviewItem]
    hidden: int


class Sheets:
    """Kept in memory within a number and a size, the oldest leave. Written by one thread, read by any."""

    def __init__(self, share: Share) -> None:
        self._items = Kept[str, Listed](ITEMS, share("review items"), lambda listed: listed.at)
        self._said = Kept[str, Mapping[str, Given]](
            READ_ITEMS, share("verdicts"), lambda said: max(each.at for each in said.values())
        )

    def all_of(self, person: Person) -> list[Sheet]:
        """Those with an item that this person may see; those published last come first."""
        apart: dict[str, list[Listed]] = defaultdict(list)
        for listed in self._items.values():
            apart[listed.item.sheet_id].append(listed)
        sheets = [sheet for listed in apart.values() if (sheet := _sheet(listed, person)) is not None]
        return sorted(sheets, key=lambda sheet: (sheet.at, sheet.sheet_id), reverse=True)

    def get(self, sheet_id: str, person: Person) -> Sheet | None:
        """None of one that is not kept, or not for this person."""
        return _sheet([listed for listed in self._items.values() if listed.item.sheet_id == sheet_id], person)

    def said(self, item: ReviewItem) -> dict[str, Given]:
        """Reviewer -> what stands, of all reviewers: for nobody to see who has not said anything."""
        return standing(self._said.get(item.item_id) or {}, item.kind)

    def newest(self, item: ReviewItem, reviewer: str) -> Given | None:
        """The reviewer's newest record on it, also one that undoes."""
        return (self._said.get(item.item_id) or {}).get(reviewer)

    def take(self, record: RawRecord) -> None:
        """Take in a record of the topic of items, or of what was said of them."""
        if record.position.topic == topology.REVIEW_ITEMS.name:
            self._item(record)
        else:
            self._verdict(record)

    def _item(self, record: RawRecord) -> None:
        """A record without a value takes the item off its sheet."""
        if record.value is None:
            self._items.pop(key_of(record))
        for _, item in understood(ReviewItem, [record]):
            if has_its_name(item):
                listed = Listed(item, record.appended_at)
                self._items.put(item.key, listed, size_of(listed))

    def _verdict(self, record: RawRecord) -> None:
        for _, reviewed in understood(Reviewed, [record]):
            before = self._said.get(reviewed.item_id) or {}
            after = told(before, given(reviewed, record))
            if after is not before:
                self._said.put(reviewed.item_id, after, size_of(after))


def _sheet(listed: Sequence[Listed], person: Person) -> Sheet | None:
    seen = [each for each in listed if all(map(person.may_see, each.item.document_labels))]
    if not seen:
        return None
    items = sorted((each.item for each in seen), key=lambda item: (item.place, item.item_id))
    newest = max(each.at for each in seen)
    return Sheet(items[0].sheet_id, items[0].kind, newest, items, len(listed) - len(seen))
