"""Which facts of a document are asked: kinds of answers in turn, and a day of the week at most once."""

import re
from collections import defaultdict
from collections.abc import Sequence

from services.generator.tuning.data.asking.wordings import Asked
from services.generator.tuning.data.drawing import draw

WEEKDAY = "weekday"
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day")


def kind_of(fact: Asked) -> str:
    """What kind of answer it has; a day of the week apart from other days."""
    return WEEKDAY if _WEEKDAY.fullmatch(fact.answer) else fact.kind


def drawn(document_id: str, facts: Sequence[Asked], most: int, seed: int) -> list[Asked]:
    """At most so many facts in their order, by chance: one of each kind, then a second, and days of the week last."""
    of_kind: dict[str, list[Asked]] = defaultdict(list)
    for fact in sorted(facts, key=lambda fact: draw(seed, "kept", document_id, fact.name)):
        of_kind[kind_of(fact)].append(fact)
    of_kind[WEEKDAY] = of_kind[WEEKDAY][:1]
    kinds = sorted(of_kind, key=lambda kind: (kind == WEEKDAY, draw(seed, "kind", document_id, kind)))
    turns = sorted(
        ((turn, place, fact.name) for place, kind in enumerate(kinds) for turn, fact in enumerate(of_kind[kind])),
    )
    chosen = {name for _, _, name in turns[:most]}
    return [fact for fact in facts if fact.name in chosen]
