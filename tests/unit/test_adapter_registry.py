"""Which adapter speaks: promotion, rollback and retirement leave exactly one speaker, at every moment."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters import registry
from shared.adapters.registry import Adapters, RegistryError
from shared.messages import AdapterAnnounced
from tests.adapters import UNFINISHED, announced, gate
from tests.builders import NOON

NAMES = "abcd"


def after(adapters: Adapters, changes: list[AdapterAnnounced]) -> dict[str, AdapterAnnounced]:
    return dict(adapters) | {adapter.name: adapter for adapter in changes}


def candidates(*names: str) -> dict[str, AdapterAnnounced]:
    return {name: announced(name, state="candidate", gates=(gate(),)) for name in names}


def promoted(adapters: Adapters, *names: str) -> dict[str, AdapterAnnounced]:
    for hours, name in enumerate(names, start=1):
        now = NOON + timedelta(hours=hours)
        adapters = after(adapters, registry.promote(adapters, name, now=now, reason="asked for"))
    return dict(adapters)


def states(adapters: Adapters) -> dict[str, str]:
    return {name: adapter.state for name, adapter in adapters.items()}


def test_the_one_promoted_last_speaks_and_the_one_before_stands_by() -> None:
    adapters = promoted(candidates("a", "b", "c"), "a", "b", "c")

    assert [adapter.name for adapter in registry.in_turn(adapters)] == ["c", "b"]
    assert states(adapters) == {"a": "retired", "b": "serving", "c": "serving"}
    assert adapters["a"].reason == "replaced by c"


def test_a_candidate_serves_nobody() -> None:
    assert registry.speaking(candidates("a")) is None


def test_adapters_announced_before_there_were_states_serve() -> None:
    adapters = {"old": announced("old"), "new": announced("new", hours=1)}

    assert [adapter.name for adapter in registry.in_turn(adapters)] == ["new", "old"]


def test_a_rollback_lets_the_one_before_speak_and_says_why() -> None:
    adapters = promoted(candidates("a", "b"), "a", "b")

    changes = registry.rollback(adapters, now=NOON + timedelta(hours=9), reason="wrong names")

    assert [(adapter.name, adapter.state) for adapter in changes] == [("a", "serving"), ("b", "retired")]
    assert "rolled back from b: wrong names" in changes[0].reason
    assert registry.speaking(after(adapters, changes[:1])) == changes[0]


def test_without_one_that_stands_by_there_is_nothing_to_roll_back_to() -> None:
    with pytest.raises(RegistryError, match="promote NAME"):
        registry.rollback(promoted(candidates("a"), "a"), now=NOON, reason="")


def test_the_last_one_is_taken_away_only_on_purpose() -> None:
    adapters = promoted(candidates("a"), "a")

    with pytest.raises(RegistryError, match="last adapter"):
        registry.retire(adapters, "a", now=NOON, reason="")
    gone = registry.retire(adapters, "a", now=NOON, reason="leaked", leaving_none=True)
    assert registry.speaking(after(adapters, gone)) is None


@pytest.mark.parametrize(
    ("gates", "why"),
    [((gate("general", "failed", "0.10 is 0.30 below the base"),), "general.*0.30 below"), ((), "not run")],
)
def test_what_no_gate_let_pass_is_promoted_only_on_purpose(gates: tuple[object, ...], why: str) -> None:
    adapters = {"a": announced("a", state="candidate", gates=gates)}

    with pytest.raises(RegistryError, match=why):
        registry.promote(adapters, "a", now=NOON, reason="")
    [change] = registry.promote(adapters, "a", now=NOON, reason="known risk", despite_gates=True)
    assert (change.state, change.reason) == ("serving", "known risk")


def test_an_unfinished_adapter_is_promoted_only_on_purpose_though_its_gates_let_it_pass() -> None:
    adapters = {"a": announced("a", state="candidate", gates=(gate(),), training=UNFINISHED)}

    with pytest.raises(RegistryError, match="its training is unfinished: 40 of 162 steps when its time was up"):
        registry.promote(adapters, "a", now=NOON, reason="")
    [change] = registry.promote(adapters, "a", now=NOON, reason="known risk", despite_gates=True)
    assert (change.state, change.ref.unfinished) == ("serving", True)


def test_a_training_from_before_steps_were_planned_is_not_called_unfinished() -> None:
    old = AdapterAnnounced.model_validate_json(announced("a").model_dump_json(exclude={"training": {"planned_steps"}}))

    assert (old.training.planned_steps, old.training.unfinished, old.ref.unfinished) == (None, False, False)


def test_names_that_are_not_there_are_answered_with_those_that_are() -> None:
    with pytest.raises(RegistryError, match=r"no adapter 'z': a, b"):
        registry.promote(candidates("a", "b"), "z", now=NOON, reason="")


def test_a_clock_that_lags_does_not_promote_into_the_past() -> None:
    adapters = promoted(candidates("a", "b"), "a")

    changes = registry.promote(adapters, "b", now=NOON - timedelta(days=1), reason="")

    assert registry.speaking(after(adapters, changes)) == changes[0]


@given(st.lists(st.tuples(st.sampled_from(["promote", "rollback", "retire"]), st.sampled_from(NAMES)), max_size=12))
def test_once_one_serves_one_always_does_even_between_two_announcements(asked: list[tuple[str, str]]) -> None:
    adapters: dict[str, AdapterAnnounced] = promoted(candidates(*NAMES), "a")
    for hours, (change, name) in enumerate(asked, start=2):
        now = NOON + timedelta(hours=hours)
        try:
            if change == "promote":
                changes = registry.promote(adapters, name, now=now, reason="")
            elif change == "rollback":
                changes = registry.rollback(adapters, now=now, reason="")
            else:
                changes = registry.retire(adapters, name, now=now, reason="")
        except RegistryError:
            continue
        for adapter in changes:
            adapters[adapter.name] = adapter
            assert registry.speaking(adapters) is not None
        assert len(registry.in_turn(adapters)) <= 2
        if change == "promote":
            assert registry.in_turn(adapters)[0].name == name


def test_two_adapters_are_set_side_by_side() -> None:
    first = announced("a", documents=3, gates=(gate("general", value=0.5, ci95=(0.4, 0.6), n=30),))
    second = announced("b", documents=5)

    differences = {field: (ours, theirs) for field, ours, theirs in registry.differences(first, second)}

    assert differences["documents"] == ("3", "5")
    assert differences["gate general"] == ("0.50 (0.40-0.60), n = 30, passed", "-")
    assert "cutoff" not in differences
