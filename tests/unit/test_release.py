"""From weights to an adapter that serves: gates before anyone is served, and a candidate that says why it is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator.answer_prompt import load
from services.generator.backends.echo import Echo
from services.generator.ports import Chat, Completion, Outcome
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example
from services.generator.tuning.gates import questions
from services.generator.tuning.gates.judging import Before
from services.generator.tuning.gates.plan import Gate, GatePlan
from services.generator.tuning.gates.probes import Probe
from services.generator.tuning.gates.running import GateRunner
from services.generator.tuning.release import UNTRIED, release, require_new, settled
from shared.adapters import registry
from shared.jobs.events import Event
from shared.jobs.tuning import GateAsked
from shared.messages import AdapterAnnounced, Cost, GateResult, Revision
from tests import adapters
from tests.builders import NOON, a_chunked_document

COST = Cost(seconds=12.0, tokens=100)


@dataclass
class FakeTrial:
    """Gates that say what they are told to, and remember against whom."""

    verdict: str = "passed"
    heard: list[AdapterAnnounced] = field(default_factory=list)
    against: list[AdapterAnnounced | None] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    def run(self, made: Dataset, adapter: AdapterAnnounced, previous: AdapterAnnounced | None) -> list[GateResult]:
        assert made.probes
        self.heard.append(adapter)
        self.against.append(previous)
        self.then()
        return [adapters.gate("general", self.verdict, "0.10 of the questions")]


class Knowing(Echo):
    """An echo that knows one answer with an adapter and another without, and counts what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str | None, int]] = []

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,  # noqa: ARG002
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,  # noqa: ARG002
        within_s: Sequence[float] | None = None,  # noqa: ARG002
    ) -> list[Outcome]:
        assert adapter in (None, *self.adapters.values()), "only who was taken up can speak"
        self.asked.append((adapter.name if adapter else None, len(chats)))
        says = {"": "I don't know.", "old": "the pier"}.get(adapter.name if adapter else "", "the harbour")
        return [Completion(says, 1, 1, 0.0) for _ in chats]


def a_dataset() -> Dataset:
    document = Revision.model_validate(a_chunked_document().model_dump(exclude={"chunks"}))
    asked = [
        Example(
            builder="pairs",
            question=f"Where is fair {number}?",
            answer="the harbour",
            document_ids=(f"story-{number}",),
        )
        for number in range(8)
    ]
    return Dataset((), (document,), NOON, {}, probes=tuple(asked))


def released(
    folder: Path, known: dict[str, AdapterAnnounced], trial: FakeTrial, name: str = "new", **changes: Any
) -> AdapterAnnounced:
    """Release `name`; what is announced goes into `known`, as the topic would keep it."""

    def publish(change: AdapterAnnounced) -> None:
        known[change.name] = change

    return release(
        a_dataset(),
        adapters.saved(folder, name, hours=5, **changes),
        adapters=dict(known),
        trial=trial,
        address="",
        publish=publish,
        cost=lambda: COST,
        now=lambda: NOON + timedelta(hours=6),
    )


def test_an_adapter_serves_once_its_gates_let_it_and_the_one_before_stands_by(tmp_path: Path) -> None:
    known = {"old": adapters.saved(tmp_path, "old")}
    during: list[str] = []
    trial = FakeTrial(then=lambda: during.extend([registry.in_turn(known)[0].name, known["new"].state]))

    adapter = released(tmp_path, known, trial)

    assert during == ["old", "candidate"], "until its gates have spoken nobody is served by it"
    assert (trial.heard[0].reason, trial.against) == (UNTRIED, [known["old"]])
    assert (adapter.state, adapter.cost, adapter.gates[0].name) == ("serving", COST, "general")
    assert [serving.name for serving in registry.in_turn(known)] == ["new", "old"]


def test_a_gate_that_fails_keeps_the_old_adapter_and_says_why(tmp_path: Path) -> None:
    known = {"old": adapters.saved(tmp_path, "old")}

    adapter = released(tmp_path, known, FakeTrial("failed"))

    assert (adapter.state, registry.in_turn(known)[0].name) == ("candidate", "old")
    assert adapter.reason == "not served: gate general: 0.10 of the questions"
    assert adapter.cost == COST


def test_an_unfinished_training_is_tried_and_stays_a_candidate_whatever_its_gates_say(tmp_path: Path) -> None:
    known, trial = {"old": adapters.saved(tmp_path, "old")}, FakeTrial("passed")

    adapter = released(tmp_path, known, trial, training=adapters.UNFINISHED)

    assert (adapter.state, registry.in_turn(known)[0].name) == ("candidate", "old")
    assert adapter.reason == "not served: its training is unfinished: 40 of 162 steps when its time was up"
    assert [gate.verdict for gate in adapter.gates] == ["passed"]


def test_an_unfinished_training_is_not_served_where_no_gate_was_asked_for() -> None:
    tried = adapters.announced("a", state="candidate", training=adapters.UNFINISHED)

    [change] = settled(tried, [], adapters={}, cost=COST, now=NOON)

    assert (change.state, change.reason.split(":")[0]) == ("candidate", "not served")


def test_a_run_that_ends_before_its_gates_leaves_a_candidate(tmp_path: Path) -> None:
    known: dict[str, AdapterAnnounced] = {}

    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        released(tmp_path, known, FakeTrial(then=crash))

    assert (known["new"].state, known["new"].reason) == ("candidate", UNTRIED)


def test_the_same_weights_once_more_go_on_serving_meanwhile(tmp_path: Path) -> None:
    known = {"new": adapters.saved(tmp_path, "new", reason="its gates let it pass")}
    during: list[str] = []

    again = released(tmp_path, known, FakeTrial(then=lambda: during.append(known["new"].state)))

    assert during == [again.state] == ["serving"]
    assert again.since == NOON


def test_an_adapter_of_another_base_is_nobody_to_compare_with(tmp_path: Path) -> None:
    known = {"old": adapters.saved(tmp_path, "old", base_sha256="e" * 64)}
    trial = FakeTrial()

    released(tmp_path, known, trial)

    assert trial.against == [None]


def test_a_recipe_without_gates_says_so() -> None:
    [change] = settled(adapters.announced("a", state="candidate"), [], adapters={}, cost=COST, now=NOON)

    assert (change.state, change.reason) == ("serving", "no gate was asked for")


def test_a_name_that_was_announced_is_not_given_again() -> None:
    with pytest.raises(ValueError, match="'a' was announced before"):
        require_new("a", {"a": adapters.announced("a")})
    require_new("", {"a": adapters.announced("a")})


def test_base_previous_and_new_are_asked_the_same_and_only_their_own_adapter_speaks(tmp_path: Path) -> None:
    backend, events = Knowing(), list[Event]()
    gate = Gate(questions=6, gains_on_base=True)
    plan = GatePlan(learned=gate, older=Gate(questions=8, most_loss=0.1, against=("previous",)),
                    general=Gate(questions=0), perplexity=Gate(questions=0),
                    abstention=Gate(questions=9, most_loss=0.2, against=("base",)))  # fmt: skip
    older = [
        Probe(question=f"Where was it in {year}?", accepted=("the pier",), about=f"gone-{year}") for year in range(9)
    ]
    old, new = (adapters.saved(tmp_path, name) for name in ("old", "new"))

    results = GateRunner(backend, load("closed_book.v2"), 24, events.append).run(
        new, old, questions.asked_of(plan, a_dataset(), older, Before("old")), Before("old")
    )

    assert [(who, count) for who, count in backend.asked] == [
        (who, count) for who in (None, "old", "new") for count in (6, 8, 9)
    ]
    by_name = {result.name: result for result in results}
    assert (by_name["learned"].verdict, by_name["learned"].value) == ("passed", 1.0)
    assert [(against.speaker, against.adapter, against.value) for against in by_name["older"].against] == [
        ("base", None, 0.0),
        ("previous", "old", 1.0),
    ]
    assert (by_name["older"].verdict, by_name["abstention"].verdict) == ("failed", "failed")
    assert (by_name["general"].verdict, by_name["perplexity"].verdict) == ("not_measured", "not_measured")
    asked = [event for event in events if isinstance(event, GateAsked)]
    assert [(event.speaker, event.gate) for event in asked] == [
        (who, gate.name) for who in ("base", "previous", "new") for gate in results
    ]
    assert [event.number for event in asked] == list(range(1, 16))
    assert {event.of for event in asked} == {15}


def test_older_facts_that_news_has_changed_are_not_held_against_anyone() -> None:
    older = [
        Probe(question="Where?", accepted=("the pier",), about="story-1", revision=7),
        Probe(question="When?", accepted=("noon",), about="story-1", revision=1),
        Probe(question="Who?", accepted=("Ann",), about="story-9", revision=1),
    ]

    kept = [probe.question for probe in questions.kept(a_dataset(), older)]

    assert kept[-2:] == ["When?", "Who?"]
