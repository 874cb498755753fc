"""A trial with several seeds: which seeds, ids of each asking, and the adapter that must have spoken."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.console.commands.demo import _seeds
from services.console.demo.serving import as_first_asked, asked_of, spoken_of, turn_of
from shared.adapters import registry
from shared.lab import summary
from shared.lab.summary import Percentiles
from shared.messages import AdapterRef
from tests.adapters import announced, gate
from tests.builders import NOON, a_question
from tests.results import a_result, a_scored


def test_seeds_are_different_numbers_and_none_is_the_recipes_own() -> None:
    assert _seeds("1, 2,3") == [1, 2, 3]
    assert _seeds("") == [None]
    for wrong in ("1,1", "a", "1;2", "-1"):
        with pytest.raises(ValueError, match="--seeds"):
            _seeds(wrong)


def test_a_question_is_asked_under_an_id_of_each_adapter_and_comes_back_under_its_own() -> None:
    adapter = AdapterRef(name="seed-2", cutoff=NOON, weights_sha256="0" * 64)
    asked = asked_of("seed-2", a_question(question_id="q-7"))
    answer = a_scored("tuned", adapter=adapter, question_id=asked.question_id)
    back = as_first_asked("seed-2", a_result(answer, question_id=asked.question_id))

    assert asked.question_id == "q-7@seed-2"
    assert back.question.question_id == "q-7"
    assert back.answers["tuned"].answer.question_id == "q-7"


def test_an_answer_of_another_adapter_is_not_counted_for_this_one() -> None:
    adapter = AdapterRef(name="seed-1", cutoff=NOON, weights_sha256="0" * 64)
    with pytest.raises(RuntimeError, match="to be answered by seed-2, not by seed-1"):
        as_first_asked("seed-2", a_result(a_scored("tuned", adapter=adapter)))


def test_each_run_has_its_results_in_a_folder_and_one_run_has_them_beside_the_summary(tmp_path: Path) -> None:
    result = a_result(a_scored("base"))
    summary.write(tmp_path / "one", {"seed-1": [result]}, Percentiles(p50=1.0))
    summary.write(tmp_path / "two", {"seed-1": [result], "seed-2": [result, result]}, Percentiles(p50=2.0))

    assert json.loads((tmp_path / "two" / "summary.json").read_text()) == {"p50": 2.0, "p99": None}
    assert (tmp_path / "one" / "results.jsonl").read_text().count("\n") == 1
    assert [(tmp_path / "two" / name / "results.jsonl").read_text().count("\n") for name in ("seed-1", "seed-2")] == [
        1,
        2,
    ]


def test_a_trial_says_first_that_an_adapter_speaks_although_its_gates_refuse_it() -> None:
    assert spoken_of("seed-1", "") == "Adapter seed-1 speaks for the tuned arms."
    assert spoken_of("seed-1", "gate learned: 0 of 24 are right").startswith(
        "Adapter seed-1 would not serve by itself: gate learned: 0 of 24 are right. It speaks for the tuned arms all "
        "the same"
    )


def test_each_adapter_speaks_in_turn_also_one_that_was_retired_or_whose_gates_failed() -> None:
    failed = announced("seed-2", hours=1, state="candidate", gates=(gate("forgotten", "failed"),))
    adapters = {adapter.name: adapter for adapter in (announced("seed-1"), failed, announced("seed-3", hours=2))}
    now = NOON + timedelta(hours=3)

    for place, name in enumerate(("seed-1", "seed-2", "seed-3", "seed-1")):
        for change in turn_of(adapters, name, now + timedelta(minutes=place)):
            adapters[change.name] = change
        speaker = registry.speaking(adapters)
        assert speaker is not None
        assert speaker.name == name
        assert turn_of(adapters, name, now) == [], "who speaks already is not announced again"
