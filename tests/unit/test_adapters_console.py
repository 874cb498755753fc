"""`tiltyard adapters` as a person meets it: who speaks, why, what was measured and what it cost."""

import pytest

from services.console.views import adapters as adapters_view
from services.console.views.adapters import show_list, show_one, spoken_in
from shared.adapters.wording import cost_in_words, role
from shared.messages import AdapterRef, Against, Cost
from tests import adapters
from tests.builders import NOON
from tests.results import a_result, a_scored

GATE = adapters.gate(
    "general", "failed", "share right is 0.10, -0.30 against base", value=0.1, ci95=(0.02, 0.3), n=20,
    threshold="no more than 0.1 worse than base",
    against=(Against(speaker="base", n=20, value=0.4, change=-0.3, ci95=(-0.5, -0.1)),),
)  # fmt: skip
KNOWN = {
    "old": adapters.announced("old"),
    "new": adapters.announced("new", hours=3, reason="its gates let it pass", gates=(adapters.gate(),)),
    "bad": adapters.announced("bad", hours=5, state="candidate", reason="not served: gate general", gates=(GATE,)),
}


def test_the_list_says_who_speaks_who_stands_by_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    show_list(KNOWN)

    said = capsys.readouterr().out
    assert "serving: speaks" in said
    assert "serving: stands by" in said
    assert "failed: general" in said
    assert "bad: not served: gate general" in said
    assert [role(KNOWN[name], KNOWN) for name in KNOWN] == [
        "serving: stands by", "serving: speaks", "candidate",
    ]  # fmt: skip


def test_answers_are_counted_by_the_adapter_that_spoke(capsys: pytest.CaptureFixture[str]) -> None:
    ref = AdapterRef(name="new", cutoff=NOON, weights_sha256="f" * 64)
    results = [a_result(a_scored("base"), a_scored("tuned", adapter=ref), question_id=f"q-{n}") for n in range(3)]

    spoken = spoken_in(results)
    show_list(KNOWN, spoken)

    assert spoken["new"].answers == 3
    assert set(spoken) == {"new"}
    assert "answers" in capsys.readouterr().out


def test_one_adapter_is_shown_with_its_gates(capsys: pytest.CaptureFixture[str]) -> None:
    show_one(KNOWN["bad"], KNOWN)

    said = " ".join(capsys.readouterr().out.split())
    assert "not served: gate general" in said
    assert "n = 20" in said
    assert "-0.30" in said


def test_an_unfinished_adapter_is_called_so_whoever_promoted_it(capsys: pytest.CaptureFixture[str]) -> None:
    known = {"cut": adapters.announced("cut", reason="known risk", training=adapters.UNFINISHED)}

    show_list(known)
    listed = capsys.readouterr().out
    show_one(known["cut"], known)

    said = " ".join(capsys.readouterr().out.split())
    assert role(known["cut"], known) == "serving: speaks, unfinished"
    assert "unfinished" in listed
    assert "serving: speaks, unfinished" in said
    assert "training: its training is unfinished: 40 of 162 steps when its time was up" in said


def test_two_are_shown_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    adapters_view.show_differences(KNOWN["old"], KNOWN["bad"])

    said = capsys.readouterr().out
    assert "gate general" in said
    assert "candidate" in said


def test_costs_are_told_as_far_as_they_are_known() -> None:
    assert cost_in_words(Cost(seconds=90, tokens=12)) == "90 s, 12 tokens"
    assert (
        cost_in_words(Cost(seconds=90, kwh=0.05, money=0.5, currency="EUR")) == "90 s, about 0.050 kWh, about 0.50 EUR"
    )


def test_kind_and_size_stand_in_the_list_and_beside_one_adapter(capsys: pytest.CaptureFixture[str]) -> None:
    known = {
        "weights": adapters.announced("weights", weights_bytes=19_543_210),
        "cache": adapters.announced("cache", kind="cartridge", track="cartridge", weights_bytes=23_592_960),
        "earlier": adapters.announced("earlier"),
    }

    show_list(known)
    said = capsys.readouterr().out
    show_one(known["cache"], known)

    lines = {name: next(line.split() for line in said.splitlines() if line.strip().startswith(name)) for name in known}
    assert [lines[name][1:4] for name in known] == [
        ["tuned", "lora", "19.5"], ["cartridge", "cartridge", "23.6"], ["tuned", "lora", "-"],
    ]  # fmt: skip
    assert "cartridge, 23.6 MB" in capsys.readouterr().out
