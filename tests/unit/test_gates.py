"""The gates: what they ask, how they judge, and that a loss by chance is told from a loss that is shown."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.generator.tuning.gates import judging, probes
from services.generator.tuning.gates.asking import Sums
from services.generator.tuning.gates.judging import Before, Unasked
from services.generator.tuning.gates.measuring import Measure
from services.generator.tuning.gates.plan import Gate, Speaker
from services.generator.tuning.gates.probes import Probe
from services.generator.tuning.gates.trial import write_results
from shared.messages import GateResult


def shares(*values: float) -> Sums:
    return {f"q{number}": (value, 1.0) for number, value in enumerate(values)}


def judged(
    gate: Gate,
    new: Sums,
    others: Mapping[Speaker, Sums] | None = None,
    *,
    perplexity: bool = False,
    clusters: Mapping[str, str] | None = None,
    blocks: bool = False,
    lost: str = "",
) -> GateResult:
    measure = Measure("general", "share right", clusters or {key: key for key in new}, perplexity=perplexity)
    unasked = Unasked("there is nothing to ask", blocks)
    return judging.judged(gate, measure, new, others or {}, before=Before("news-1", lost), unasked=unasked)


def test_a_gain_that_chance_could_bring_does_not_pass() -> None:
    base = shares(*[0.0] * 8)

    lucky = judged(Gate(gains_on_base=True), shares(1, *[0.0] * 7), {"base": base})
    shown = judged(Gate(gains_on_base=True), shares(*[1.0] * 6, 0, 0), {"base": base})

    assert (lucky.verdict, shown.verdict) == ("failed", "passed")
    assert "not beyond chance better than the base" in lucky.reason
    assert shown.against[0].change == pytest.approx(0.75)


def test_a_loss_fails_only_where_it_is_larger_than_allowed_and_not_chance() -> None:
    gate = Gate(most_loss=0.1, against=("previous",))

    def against(new: Sequence[float], previous: Sequence[float]) -> str:
        return judged(gate, shares(*new), {"previous": shares(*previous)}).verdict

    assert against([1.0] * 19 + [0.0], [1.0] * 20) == "passed"
    assert against([0, 0, 1, 1], [1, 1, 1, 0]) == "passed", "four questions show nothing"
    assert against([0.0] * 12 + [1.0] * 8, [1.0] * 20) == "failed"
    assert against([1.0] * 20, [0.0] * 20) == "passed", "a gain is no loss"


def test_with_certainty_asked_for_few_questions_do_not_pass() -> None:
    same = shares(*[1.0] * 5, *[0.0] * 5)

    assert judged(Gate(most_loss=0.1, against=("base",)), same, {"base": same}).verdict == "passed"
    assert judged(Gate(most_loss=0.1, against=("base",), certain=True), same, {"base": same}).verdict == "failed"


def test_a_gate_says_why_with_its_numbers() -> None:
    result = judged(Gate(least=0.5), shares(0, 0, 0, 1))

    assert (result.verdict, result.n, result.value) == ("failed", 4, 0.25)
    assert "0.25" in result.reason
    assert "at least 0.5" in result.reason
    assert result.threshold == "at least 0.5"


def test_what_is_not_binding_is_reported_and_holds_nobody_up() -> None:
    result = judged(Gate(least=0.9, binding=False), shares(0, 0))

    assert result.verdict == "reported"
    assert result.threshold.startswith("reported only")


def test_a_gate_that_asked_nothing_fails_where_something_had_to_be_shown_and_says_what_to_do() -> None:
    failed, excused = (judged(Gate(least=0.5), {}, blocks=blocks) for blocks in (True, False))
    reported = judged(Gate(least=0.5, binding=False), {}, blocks=True)

    assert (failed.verdict, failed.value) == ("failed", None)
    assert failed.reason == (
        "there is nothing to ask; `tiltyard adapters promote NAME --despite-gates` lets it serve all the same"
    )
    assert (excused.verdict, excused.reason) == ("not_measured", "there is nothing to ask")
    assert reported.verdict == "not_measured"


def test_three_of_three_against_none_can_be_chance_and_six_of_six_cannot() -> None:
    gate = Gate(gains_on_base=True)
    few, enough = (judged(gate, shares(*[1.0] * n), {"base": shares(*[0.0] * n)}) for n in (3, 6))

    assert (few.verdict, enough.verdict) == ("failed", "passed")
    assert "6 independent questions must differ before that can be shown, and 3 were asked" in few.reason


def test_four_more_of_twenty_four_can_be_chance_by_the_exact_test() -> None:
    base = shares(*[0.0] * 24)

    verdicts = [
        judged(Gate(gains_on_base=True), shares(*[1.0] * right, *[0.0] * (24 - right)), {"base": base}).verdict
        for right in (4, 5, 6)
    ]

    assert verdicts == ["failed", "failed", "passed"]


def test_an_adapter_that_serves_and_cannot_be_asked_keeps_the_new_one_from_serving() -> None:
    same = shares(*[1.0] * 8)
    gate = Gate(most_loss=0.1, against=("previous",))

    lost = judged(gate, same, {"base": same}, lost="its folder is gone")
    first = judged(gate, same, {"base": same})

    assert lost.verdict == "failed"
    assert "was not compared with news-1, which serves: its folder is gone" in lost.reason
    assert (first.verdict, first.reason.split("; ")[1]) == ("passed", "no adapter serves that it could be worse than")


def test_perplexity_is_pooled_over_tokens_and_compared_by_quotient() -> None:
    new: Sums = {"a": (20.0, 10.0), "b": (30.0, 30.0)}
    base: Sums = {"a": (10.0, 10.0), "b": (30.0, 30.0)}

    result = judged(Gate(questions=2, most_loss=10.0), new, {"base": base}, perplexity=True)

    assert result.value == pytest.approx(math.exp(50 / 40))
    assert result.against[0].value == pytest.approx(math.exp(40 / 40))
    assert result.against[0].change == pytest.approx(math.exp(10 / 40))


def test_a_rise_of_perplexity_beyond_what_is_allowed_fails() -> None:
    base = {f"t{number}": (30.0 + number, 10.0) for number in range(10)}
    worse = {key: (nats + 8.0 + 0.1 * (nats - 30), tokens) for key, (nats, tokens) in base.items()}
    gate = Gate(most_loss=0.5, against=("base",))

    assert judged(gate, worse, {"base": base}, perplexity=True).verdict == "failed"
    assert judged(gate, base, {"base": worse}, perplexity=True).verdict == "passed"
    assert judged(Gate(gains_on_base=True), base, {"base": worse}, perplexity=True).verdict == "passed"


def test_questions_about_one_document_are_no_independent_ones() -> None:
    values = shares(*[1.0, 0.0] * 12)
    apart = judged(Gate(), values)
    together = judged(Gate(), values, clusters={key: str(int(key[1:]) % 2) for key in values})

    def width(result: GateResult) -> float:
        assert result.ci95 is not None
        return result.ci95[1] - result.ci95[0]

    assert width(together) > width(apart)


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=30))
def test_an_adapter_that_says_the_same_never_fails_by_a_loss(values: list[float]) -> None:
    same = shares(*values)

    result = judged(Gate(most_loss=0.0), same, {"base": same, "previous": same})

    assert result.verdict == "passed"
    assert [against.change for against in result.against] == [0.0, 0.0]


def test_the_same_questions_are_drawn_whatever_else_is_there() -> None:
    some = [Probe(question=f"Who is {number}?", accepted=("Ann",)) for number in range(30)]
    chosen = {probe.key for probe in probes.drawn(some, 10)}

    assert {probe.key for probe in probes.drawn(reversed(some), 10)} == chosen
    assert chosen - {probe.key for probe in probes.drawn(some[:20], 10)} <= {probe.key for probe in some[20:]}
    assert len(probes.drawn(some + some, 100)) == 30


def test_probes_are_left_for_later_adapters(tmp_path: Path) -> None:
    asked = [Probe(question="Who moved it?", accepted=("Ann",), about="story-1", revision=2)]

    probes.write(tmp_path, asked)

    assert probes.of_earlier(tmp_path) == asked
    assert probes.of_earlier(tmp_path / "none") == []


def test_a_wrong_line_of_a_set_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text('{"question": "Who?", "accepted": ["Ann"]}\n{"question": ""}\n')

    with pytest.raises(ValueError, match=r"own\.jsonl, line 2: question"):
        probes.read(file)


def test_the_packaged_sets_are_whole() -> None:
    general, unanswerable = probes.packaged("general"), probes.packaged("unanswerable")

    assert len({probe.key for probe in general}) == len(general) >= 25
    assert all(probe.accepted for probe in general)
    assert len({probe.key for probe in unanswerable}) == len(unanswerable) >= 20
    assert not any(probe.accepted for probe in unanswerable)


def test_the_card_says_what_the_gates_said_once(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# news-1\n")
    result = judged(Gate(least=0.5), shares(0, 0, 0, 1))

    for _ in range(2):
        write_results(tmp_path, [result])

    card = (tmp_path / "README.md").read_text()
    assert card.startswith("# news-1\n")
    assert card.count("| general | failed | 0.25 (") == 1
    assert GateResult.model_validate(json.loads((tmp_path / "gates.json").read_text())[0]) == result
