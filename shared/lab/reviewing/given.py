"""Who said what of which item: the newest record of each reviewer counts, and an undone one says nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.messages import Reviewed
from shared.messages.reviews import OF_KIND, ItemKind
from shared.records import RawRecord, understood

MOST_REVIEWERS = 100
"""Of one item; names are not checked, and what more of them say is passed over."""


@dataclass(frozen=True)
class Given:
    """A record, and when it was said: as it says itself, and not after the broker took it."""

    reviewed: Reviewed
    at: datetime


def given(reviewed: Reviewed, record: RawRecord) -> Given:
    """What a record says, with when."""
    return Given(reviewed, min(reviewed.said_at, record.appended_at))


def told(before: Mapping[str, Given], given: Given) -> Mapping[str, Given]:
    """Reviewer -> newest record on an item, this one among them where none of the reviewer's is newer.

    When it was said tells which is newer, in whatever order they are read.
    """
    reviewer = given.reviewed.reviewer
    known = before.get(reviewer)
    if known is None and len(before) >= MOST_REVIEWERS:
        return before
    if known is not None and known.at > given.at:
        return before
    return {**before, reviewer: given}


def standing(newest: Mapping[str, Given], kind: ItemKind) -> dict[str, Given]:
    """What can be said of an item of this kind and was not taken back, by reviewers' names."""
    return {name: newest[name] for name in sorted(newest) if newest[name].reviewed.said in OF_KIND[kind]}


def collected(records: Iterable[RawRecord]) -> dict[str, Mapping[str, Given]]:
    """Item -> reviewer -> newest record, of all records of the topic."""
    newest: dict[str, Mapping[str, Given]] = {}
    for record, reviewed in understood(Reviewed, records):
        newest[reviewed.item_id] = told(newest.get(reviewed.item_id, {}), given(reviewed, record))
    return newest
