"""How far reviewers are with a sheet, as far as it tells nobody what another said of an item."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.web.live.sheets import Sheet, Sheets
from shared.lab.reviewing import agreeing
from shared.lab.reviewing.given import Given
from shared.lab.reviewing.settling import is_disputed, settled
from shared.messages import ReviewItem
from shared.messages.reviews import Said
from shared.statistics.reliability import Reliability


@dataclass(frozen=True)
class Progress:
    """`said`: item -> reviewer -> what stands. It is for those alone who have said something of the item."""

    sheet: Sheet
    said: Mapping[str, Mapping[str, Given]]

    @property
    def by_reviewer(self) -> dict[str, int]:
        """How many items each has read; who has read most comes first."""
        read = Counter(name for of in self.said.values() for name in of)
        return dict(sorted(read.items(), key=lambda pair: (-pair[1], pair[0])))

    def own(self, reviewer: str) -> int:
        """How many items this reviewer has read."""
        return sum(reviewer in of for of in self.said.values())

    def own_of(self, item_id: str, reviewer: str) -> Given | None:
        """What this reviewer says of an item."""
        return self.said.get(item_id, {}).get(reviewer)

    def others(self, item_id: str, reviewer: str) -> Mapping[str, Given]:
        """What others say of an item; nothing before this reviewer has said something of it."""
        said = self.said.get(item_id, {})
        return {name: given for name, given in said.items() if name != reviewer} if reviewer in said else {}

    def is_finished(self, reviewer: str) -> bool:
        """Whether the reviewer has read every item that they may see."""
        return self.own(reviewer) == len(self.sheet.items)

    def open_to(self, reviewer: str, *, disputed: bool = False) -> list[ReviewItem]:
        """Those that the reviewer has not read, in their order; of those on which others differ where `disputed`."""
        items = [item for item in self.sheet.items if reviewer not in self.said[item.item_id]]
        return [item for item in items if not disputed or is_disputed(self._sayings(item), item.kind)]

    @property
    def disputed(self) -> int:
        """Items that a further verdict decides."""
        return sum(is_disputed(self._sayings(item), item.kind) for item in self.sheet.items)

    def come_to(self, item: ReviewItem) -> Said | None:
        """What reviewers come to; None where nobody has read it, and where they differ."""
        return settled(self._sayings(item), item.kind)

    @property
    def agreement(self) -> Reliability:
        """Over the items of this sheet, by their questions."""
        belongs = {item.item_id: item.question for item in self.sheet.items}
        return agreeing.agreement({name: self._of(name) for name in belongs}, belongs)

    def last_of(self, reviewer: str) -> Given | None:
        """What this reviewer said last on this sheet, to be undone."""
        own = [of[reviewer] for of in self.said.values() if reviewer in of]
        return max(own, key=lambda given: given.at, default=None)

    def _sayings(self, item: ReviewItem) -> Sequence[Said]:
        return self._of(item.item_id)

    def _of(self, item_id: str) -> list[Said]:
        return [given.reviewed.said for given in self.said[item_id].values()]


def progress(sheets: Sheets, sheet: Sheet) -> Progress:
    """As it is now."""
    return Progress(sheet, {item.item_id: sheets.said(item) for item in sheet.items})
