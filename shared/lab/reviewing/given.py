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
    """A record, and when the broker took it."""

    reviewed: Reviewed
    at: datetime


def told(before: Mapping[str, Given], given: Given) -> Mapping[str, Given]:
    """Reviewer -> newest record on an item, this one among them where none of the reviewer's is newer.

    Steps tell which is newer, whichever broker took it when; the same step sent twice is one.
    """
    reviewer = given.reviewed.reviewer
    known = before.get(reviewer)
    if known is None and len(before) >= MOST_REVIEWERS:
        return before
    if known is not None and (known.reviewed.step, known.at) > (given.reviewed.step, given.at):
        return before
    return {**before, reviewer: given}


def standing(newest: Mapping[str, Given], kind: ItemKind) -> dict[str, Given]:
    """What can be said of an item of this kind and was not taken back, by reviewers' names."""
    return {name: newest[name] for name in sorted(newest) if newest[name].reviewed.said in OF_KIND[kind]}


def collected(records: Iterable[RawRecord]) -> dict[str, Mapping[str, Given]]:
    """Item -> reviewer -> newest record, of all records of the topic."""
    newest: dict[str, Mapping[str, Given]] = {}
    for record, reviewed in understood(Reviewed, records):
        newest[reviewed.item_id] = told(newest.get(reviewed.item_id, {}), Given(reviewed, record.appended_at))
    return newest
