"""A contest: the systems of one setting over the same questions, so that they can be compared question by question.

A question that one system answered and another did not is missing there, which is neither an abstention nor a failure.
Nothing is dropped unsaid: what is left out is counted with its reason, what contradicts itself is an error.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.scorer.evaluation.predictions import Prediction

Entries = Mapping[str, Mapping[str, Prediction]]  # system -> question key -> prediction


@dataclass(frozen=True)
class Contest:
    """Every system has every question, in one order; `left_out` counts predictions by reason and system.

    A question's key is its id, or "id (2)" where the file asks it a second time; `repeated` are the ids of those.
    """

    setting: str
    entries: Entries
    left_out: Mapping[str, Mapping[str, int]]
    repeated: Sequence[str]

    @property
    def questions(self) -> Mapping[str, Prediction]:
        """Some system's prediction for every question: what all say of the question itself is the same."""
        return next(iter(self.entries.values()), {})

    @property
    def by_index(self) -> bool:
        """Whether this is multiple choice, answered by index."""
        return any(one.choice for one in self.questions.values())


def arrange(predictions: Sequence[Prediction], *, repeats: bool = False) -> list[Contest]:
    """The contests, one for each setting; `repeats` allows that all systems were asked a question several times.

    ValueError: two predictions of a system for one question, predictions that disagree about a question, or none
    that is to be scored.
    """
    of_settings: dict[str, list[Prediction]] = defaultdict(list)
    for one in predictions:
        of_settings[one.setting].append(one)
    contests = [_contest(setting, found, repeats=repeats) for setting, found in of_settings.items()]
    if not any(contest.entries for contest in contests):
        reasons = ", ".join(sorted({reason for contest in contests for reason in contest.left_out}))
        raise ValueError(f"none of {len(predictions)} predictions can be scored: {reasons}")
    return [contest for contest in contests if contest.entries or contest.left_out]


def _contest(setting: str, predictions: Sequence[Prediction], *, repeats: bool) -> Contest:
    keyed = dict(_keyed(predictions, repeats=repeats))
    sources: dict[str, Prediction] = {}
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    entries: dict[str, dict[str, Prediction]] = defaultdict(dict)
    for (system, key), one in keyed.items():
        _agree(sources.setdefault(key, one), one)
        if one.left_out:
            left_out[one.left_out][system] += 1
        else:
            entries[system][key] = one
    asked = {key: one for key, one in sources.items() if not one.left_out}
    whole = {
        system: {key: found.get(key) or _missing(system, one) for key, one in asked.items()}
        for system, found in entries.items()
    }
    repeated = sorted({one.question.question_id for key, one in asked.items() if key != one.question.question_id})
    return Contest(setting, whole, left_out, repeated)


def _keyed(predictions: Sequence[Prediction], *, repeats: bool) -> Iterator[tuple[tuple[str, str], Prediction]]:
    """Each prediction with its system and its question's key."""
    of_questions: dict[str, dict[str, list[Prediction]]] = defaultdict(lambda: defaultdict(list))
    for one in predictions:
        of_questions[one.question.question_id][one.system].append(one)
    for question_id, of_systems in of_questions.items():
        if not (repeats and _asked_again(of_systems)):
            _only_once(of_systems)
        for system, found in of_systems.items():
            for number, one in enumerate(found, start=1):
                yield (system, question_id if number == 1 else f"{question_id} ({number})"), one


def _asked_again(of_systems: Mapping[str, Sequence[Prediction]]) -> bool:
    """Whether a question was asked anew, not copied: all were asked equally often, and not all said the same again."""
    if len({len(found) for found in of_systems.values()}) != 1:
        return False
    said = [{(one.answer.text if one.answer else None, one.choice) for one in found} for found in of_systems.values()]
    return any(len(texts) > 1 for texts in said)


def _only_once(of_systems: Mapping[str, Sequence[Prediction]]) -> None:
    for system, found in of_systems.items():
        if len(found) > 1:
            again, once = found[1], found[0]
            raise ValueError(
                f"{again.place}: a second prediction of {system} for question {again.question.question_id} in setting "
                f"{again.setting} (the first: {once.place}); keep one of them"
            )


def _agree(known: Prediction, one: Prediction) -> None:
    """Raises ValueError where two predictions say different things of their question: that would be no comparison."""
    for name in ("references", "slice", "gold_document_ids", "choices"):
        if getattr(known.question, name) != getattr(one.question, name):
            raise ValueError(_disagreement(known, one, name))
    if (known.choice and known.choice.right) != (one.choice and one.choice.right):
        raise ValueError(_disagreement(known, one, "index of the right choice"))
    if known.left_out != one.left_out:
        raise ValueError(_disagreement(known, one, "statement whether it is to be scored"))


def _disagreement(known: Prediction, one: Prediction, what: str) -> str:
    return (
        f"{one.place}: another {what} of question {one.question.question_id} than {known.place}; "
        "all systems must be scored alike: make the two equal"
    )


def _missing(system: str, one: Prediction) -> Prediction:
    nothing = replace(one.choice, chosen=frozenset()) if one.choice else None
    return replace(one, system=system, answer=None, choice=nothing)
