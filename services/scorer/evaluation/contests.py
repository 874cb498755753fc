"""A contest: the systems of one setting over the same questions, so that they can be compared question by question.

A question that one system answered and another did not is missing there, which is neither an abstention nor a failure.
Nothing is dropped unsaid: what is left out is counted with its reason, what contradicts itself is an error.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.scorer.evaluation.predictions import Prediction
from shared.source_files import DataError

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
        return any(prediction.choice for prediction in self.questions.values())


def arrange(predictions: Sequence[Prediction], *, repeats: bool = False) -> list[Contest]:
    """The contests, one for each setting; `repeats` allows that all systems were asked a question several times.

    DataError: two predictions of a system for one question, predictions that disagree about a question, or none
    that is to be scored.
    """
    of_settings: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        of_settings[prediction.setting].append(prediction)
    contests = [_contest(setting, of_setting, repeats=repeats) for setting, of_setting in of_settings.items()]
    if not any(contest.entries for contest in contests):
        reasons = ", ".join(sorted({reason for contest in contests for reason in contest.left_out}))
        raise DataError(f"none of {len(predictions)} predictions can be scored: {reasons}")
    return [contest for contest in contests if contest.entries or contest.left_out]


def _contest(setting: str, predictions: Sequence[Prediction], *, repeats: bool) -> Contest:
    keyed = dict(_keyed(predictions, repeats=repeats))
    sources: dict[str, Prediction] = {}
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    entries: dict[str, dict[str, Prediction]] = defaultdict(dict)
    for (system, key), prediction in keyed.items():
        _agree(sources.setdefault(key, prediction), prediction)
        if prediction.left_out:
            left_out[prediction.left_out][system] += 1
        else:
            entries[system][key] = prediction
    scorable = {key: prediction for key, prediction in sources.items() if not prediction.left_out}
    whole = {
        system: {key: of_system.get(key) or _missing(system, prediction) for key, prediction in scorable.items()}
        for system, of_system in entries.items()
    }
    repeated = sorted(
        {
            prediction.question.question_id
            for key, prediction in scorable.items()
            if key != prediction.question.question_id
        }
    )
    return Contest(setting, whole, left_out, repeated)


def _keyed(predictions: Sequence[Prediction], *, repeats: bool) -> Iterator[tuple[tuple[str, str], Prediction]]:
    """Each prediction with its system and its question's key."""
    of_questions: dict[str, dict[str, list[Prediction]]] = defaultdict(lambda: defaultdict(list))
    for prediction in predictions:
        of_questions[prediction.question.question_id][prediction.system].append(prediction)
    for question_id, of_systems in of_questions.items():
        if not (repeats and _asked_again(of_systems)):
            _only_once(of_systems)
        for system, of_system in of_systems.items():
            for number, prediction in enumerate(of_system, start=1):
                yield (system, question_id if number == 1 else f"{question_id} ({number})"), prediction


def _asked_again(of_systems: Mapping[str, Sequence[Prediction]]) -> bool:
    """Whether a question was asked anew, not copied: all were asked equally often, and not all said the same again."""
    if len({len(of_system) for of_system in of_systems.values()}) != 1:
        return False
    answers = [
        {(prediction.answer.text if prediction.answer else None, prediction.choice) for prediction in of_system}
        for of_system in of_systems.values()
    ]
    return any(len(texts) > 1 for texts in answers)


def _only_once(of_systems: Mapping[str, Sequence[Prediction]]) -> None:
    for system, of_system in of_systems.items():
        if len(of_system) > 1:
            again, once = of_system[1], of_system[0]
            raise DataError(
                f"{again.place}: a second prediction of {system} for question {again.question.question_id} in setting "
                f"{again.setting} (the first: {once.place}); keep one of them"
            )


def _agree(known: Prediction, prediction: Prediction) -> None:
    """Raises DataError where two predictions say different things of their question: that would be no comparison."""
    for name in ("references", "slice", "gold_document_ids", "choices"):
        if getattr(known.question, name) != getattr(prediction.question, name):
            raise DataError(_disagreement(known, prediction, name))
    if (known.choice and known.choice.right) != (prediction.choice and prediction.choice.right):
        raise DataError(_disagreement(known, prediction, "index of the right choice"))
    if known.left_out != prediction.left_out:
        raise DataError(_disagreement(known, prediction, "statement whether it is to be scored"))


def _disagreement(known: Prediction, prediction: Prediction, what: str) -> str:
    return (
        f"{prediction.place}: another {what} of question {prediction.question.question_id} than {known.place}; "
        "all systems must be scored alike: make the two equal"
    )


def _missing(system: str, prediction: Prediction) -> Prediction:
    nothing = replace(prediction.choice, chosen=frozenset()) if prediction.choice else None
    return replace(prediction, system=system, answer=None, choice=nothing)
