"""Results of every sort, and every figure that a report and the standings give of them, as JSON.

`tests/golden/figures.json` keeps the figures. To write it anew, after a change that is meant to change what a number
says: `python -m tests.figures > tests/golden/figures.json`.
"""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from shared.lab.report import sections
from shared.lab.report.blocks import Table
from shared.lab.report.material import Material, combined, gather
from shared.lab.report.numbers import Numbers, count
from shared.messages import Ballot, Comparison, Grade, Outcome, PairVotes, Reply, Result, VerdictsTaken
from shared.messages.feedback import CHOICES, counted
from shared.messages.verdicts import OUTCOMES, digest
from tests.builders import verdicts
from tests.results import ARMS, a_result, a_scored, a_trial
from tests.standings import standings

DIGITS = 6
REPLIES: dict[Outcome, tuple[str | None, str | None]] = {
    "a": ("a", "b"), "b": ("b", "a"), "tie": ("tie", "tie"), "both_bad": ("both_bad", "both_bad"),
    "inconsistent": ("b", "b"), "no_verdict": ("a", None),
}  # fmt: skip
CHOSEN = ("the mill", "the weir", "the chapel", "the quay")


def cases() -> dict[str, Material]:
    """What reports are made of: a whole trial with all that may be attached to it, and two runs of a part of one."""
    results, times = a_trial(seed=20)
    whole = [*_attached(results), *_choices(), *_untold()]
    runs = {f"seed {seed}": gather(a_trial(seed=seed)[0][:60], read_from="a run") for seed in (1, 2)}
    return {
        "trial": gather(whole, read_from="a trial", times=times),
        "runs": combined(runs, read_from="two runs"),
        "silent": gather(_silent(), read_from="a trial without an adapter"),
    }


def figures() -> dict[str, Any]:
    """Case -> the report's numbers, the tables that it shows, once the standings; floats to `DIGITS` digits."""
    by_case: dict[str, Any] = {}
    for name, material in cases().items():
        numbers = count(material)
        by_case[name] = _rounded(json.loads(json.dumps(_numbers(numbers), default=str)))
        by_case[name]["tables"] = [[table.caption, table.heads, *table.rows] for table in _tables(numbers)]
    told = [standing.model_dump(mode="json") for standing in standings(cases()["trial"].results, ARMS)]
    by_case["trial"]["standings"] = _rounded({standing["slice"]: standing for standing in told})
    return dict(json.loads(json.dumps(by_case)))


def written(by_case: dict[str, Any]) -> str:
    """One line for each part of each case."""
    parts = {name: {part: json.dumps(value, ensure_ascii=False) for part, value in case.items()}
             for name, case in by_case.items()}  # fmt: skip
    lines = (f'"{name}": {{\n' + ",\n".join(f'"{part}": {value}' for part, value in case.items()) + "\n}"
             for name, case in parts.items())  # fmt: skip
    return "{" + ",\n".join(lines) + "}\n"


def _numbers(numbers: Numbers) -> dict[str, Any]:
    """Without texts: the sentences of comparisons, and examples."""
    fields = {name: value for name, value in numbers.as_dict().items() if name != "examples"}
    fields["comparisons"] = [{key: value for key, value in said.items() if key != "sentence"} for said in
                             fields["comparisons"]]  # fmt: skip
    return fields


def _tables(numbers: Numbers) -> Iterator[Table]:
    """Those that show figures; the appendix says the comparisons again."""
    for section in sections.of(numbers):
        if section.anchor in ("comparisons", "provenance"):
            continue
        yield from (block for block in section.blocks if isinstance(block, Table))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value


def _attached(results: Sequence[Result]) -> Iterator[Result]:
    """Some with votes, some judged, some whose models said how sure they were, some asked of fewer arms."""
    draw = random.Random(21)  # noqa: S311 (results for tests, not a secret)
    for number, result in enumerate(results):
        changes: dict[str, Any] = {}
        if number % 3 == 0:
            changes["votes"] = tuple(_voted(draw, result))
        if number % 2 == 0:
            changes["verdicts"] = (_judged(draw, result),)
        if number % 10 == 0:
            changes["answers"] = {arm: scored for arm, scored in result.answers.items() if arm != "tuned+rag"}
        elif number % 4 == 1:
            changes["answers"] = {
                arm: scored.model_copy(update={"answer": scored.answer.model_copy(update=_sure(draw))})
                for arm, scored in result.answers.items()
            }
        yield result.model_copy(update=changes)


def _sure(draw: random.Random) -> dict[str, float]:
    return {"log_probability": -draw.uniform(0.1, 8.0), "answer_tokens": draw.randrange(2, 9)}


def _voted(draw: random.Random, result: Result) -> Iterator[PairVotes]:
    for pair in combinations(sorted(result.answers), 2):
        voters = [voter for voter in ("ada", "bruno", "chidi") if draw.random() < 0.6]
        at = result.asked_at + timedelta(hours=draw.randrange(40))
        if ballots := [_ballot(draw, pair, voter, at) for voter in voters]:
            yield counted(pair, ballots)


def _ballot(draw: random.Random, pair: tuple[str, str], voter: str, at: datetime) -> Ballot:
    choice = draw.choices(CHOICES, weights=(2, 4, 2, 1))[0]
    return Ballot(voter=voter, choice=choice, shown_first=draw.choice(pair), appended_at=at, offset=draw.randrange(999))


def _judged(draw: random.Random, result: Result) -> VerdictsTaken:
    made = []
    for pair in combinations(sorted(result.answers), 2):
        outcome = draw.choice(OUTCOMES)
        first, second = (Reply(read=read) for read in REPLIES[outcome])
        made.append(Comparison(arms=pair, outcome=outcome, replies=(first, second)))
    grades = [Grade(arm=arm, grade=draw.choice((1, 2, 3, 4, 5, None)), reply=Reply()) for arm in sorted(result.answers)]
    said = verdicts(
        question_id=result.question.question_id,
        comparisons=tuple(made),
        grades=tuple(grades),
        references_sha256=digest(result.question.references if draw.random() < 0.9 else "others"),
    )
    return VerdictsTaken(verdicts=said, appended_at=result.asked_at, offset=draw.randrange(999))


def _choices() -> Iterator[Result]:
    """Questions with choices, by what was said and by probability."""
    draw = random.Random(22)  # noqa: S311 (results for tests, not a secret)
    for number in range(36):
        kind = "conversation" if number % 3 else "question_answering"
        answers = []
        for arm in ARMS:
            weighed = {choice: -draw.uniform(0.1, 4.0) for choice in CHOSEN}
            likeliest = max(weighed, key=lambda choice: weighed[choice])
            right = float(likeliest == CHOSEN[number % 4])
            scores = {"choice": right, "choice_likelihood": right, "exact_match": right, "f1": right, "contains": right}
            answers.append(
                a_scored(arm, correct=right, scores=scores, text=likeliest, choice_log_probabilities=weighed)
            )
        yield a_result(
            *answers, question_id=f"q-choice-{number:02}", text=f"Where did crew {number} meet?", choices=CHOSEN,
            references=(CHOSEN[number % 4],), slice="choices", kind=kind,
        )  # fmt: skip


def _untold() -> Iterator[Result]:
    """Questions whose accepted answers nobody knows."""
    for number in range(8):
        answers = (a_scored(arm, correct=None, scores={"abstained": 0.0}) for arm in ARMS)
        yield a_result(*answers, question_id=f"q-untold-{number}", references=None, slice="untold")


def _silent() -> Iterator[Result]:
    """Questions to which an arm without its adapter says nothing."""
    for result in a_trial(seed=23)[0][:40]:
        failed = a_scored(
            "tuned", correct=0.0, status="failed", text="", failure="no adapter", failure_kind="no_adapter"
        )
        yield result.model_copy(update={"answers": {**result.answers, "tuned": failed}})


if __name__ == "__main__":
    print(written(figures()), end="")  # noqa: T201 (the file is what is printed)
