"""What reviewers said on the page, taken up where it is counted: an audit's sheet, and a newswire's review.jsonl.

What somebody filled in or typed there stays, whatever the page says. What was taken up before is taken up anew, so
that an undone verdict leaves again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from pydantic import ValidationError

from shared.lab.audit.sheet import Entry, Label
from shared.lab.reviewing import drawing, verdicts
from shared.lab.reviewing.given import Given, standing
from shared.lab.reviewing.settling import settled
from shared.lab.reviewing.verdicts import Verdict
from shared.messages import Question, Reviewed
from shared.messages.reviews import Said

Line = TypeVar("Line")
OfItems = Mapping[str, Mapping[str, Given]]
"""Item -> reviewer -> newest record."""
LABELS: dict[Said, Label] = {"right": True, "wrong": False, "unsure": "unsure"}
SAID = {label: said for said, label in LABELS.items()}
LONGEST_NAMES = 200


@dataclass(frozen=True)
class TakenUp(Generic[Line]):
    """All lines as they are now; how many the page settles, and the items on which its reviewers differ.

    `refused`: items that are settled as mended into what cannot be asked.
    """

    lines: Sequence[Line]
    settled: int
    disputed: tuple[str, ...]
    refused: tuple[str, ...] = ()


def into_sheet(entries: Sequence[Entry], said: OfItems) -> TakenUp[Entry]:
    """The lines of an audit's sheet with `right` where its reviewers come to something."""
    lines, number, disputed = list[Entry](), 0, list[str]()
    for entry in entries:
        stand = standing(said.get(entry.item, {}), "answer")
        if _is_by_hand(entry) or not (stand or entry.said):
            lines.append(entry)
            continue
        labels = {name: LABELS[given.reviewed.said] for name, given in stand.items()}
        come_to = settled([given.reviewed.said for given in stand.values()], "answer")
        number += come_to is not None
        disputed += [entry.item] if stand and come_to is None else []
        lines.append(entry.model_copy(update={"right": LABELS[come_to] if come_to else None, "said": labels}))
    return TakenUp(lines, number, tuple(disputed))


def _is_by_hand(entry: Entry) -> bool:
    """Whether `right` is another than what was said on the page came to, when it was taken up last."""
    come_to = settled([SAID[label] for label in entry.said.values()], "answer")
    return entry.right is not None and (come_to is None or entry.right != LABELS[come_to])


def into_review(
    questions: Sequence[Question],
    before: Iterable[Verdict],
    said: OfItems,
    seed: int,
    *,
    is_told: Callable[[Question], bool],
) -> TakenUp[Verdict]:
    """The lines of review.jsonl: those that somebody typed, and one for each question that reviewers settled.

    Those stand in the order of the seed's draw. `is_told`: whether a model is trained on a question's words, as which
    no question may be mended.
    """
    typed = [verdict for verdict in before if not verdict.said]
    there, disputed, refused = verdicts.latest(typed), list[str](), list[str]()
    lines = list[Verdict]()
    for question in drawing.order(questions, seed):
        item = verdicts.item(question)
        stand = standing(said.get(item, {}), "question")
        if not stand or item in there:
            continue
        come_to = settled([given.reviewed.said for given in stand.values()], "question")
        if come_to is None:
            disputed.append(item)
        elif (line := _line(question, seed, cast(verdicts.Said, come_to), stand, is_told)) is None:
            refused.append(item)
        else:
            lines.append(line)
    return TakenUp([*typed, *lines], len(lines), tuple(disputed), tuple(refused))


def mended_by(stand: Mapping[str, Given]) -> Reviewed | None:
    """The newest of those that mend it: several may word it in as many ways."""
    mends = [given for given in stand.values() if given.reviewed.said == "mend"]
    return max(mends, key=lambda given: given.at).reviewed if mends else None


def _line(
    question: Question,
    seed: int,
    come_to: verdicts.Said,
    stand: Mapping[str, Given],
    is_told: Callable[[Question], bool],
) -> Verdict | None:
    """None where the question as mended cannot be asked."""
    by, at = ", ".join(stand)[:LONGEST_NAMES], max(given.at for given in stand.values())
    mend = mended_by(stand) if come_to == "mend" else None
    if mend is None:
        line = verdicts.given(question, seed, come_to, at=at, by=by)
    else:
        try:
            line = verdicts.mended(question, seed, text=mend.text, references=mend.references, at=at, by=by)
        except ValidationError:
            return None
        if is_told(verdicts.as_mended(question, line)):
            return None
    return line.model_copy(update={"said": {name: given.reviewed.said for name, given in stand.items()}})
