"""Valid announcements of adapters, standings, decisions of the tuner and pairs to learn from, all fields filled in."""

from datetime import timedelta
from typing import Any

from services.generator.backends.echo import BASE_SHA256
from shared.contests.files import shipped
from shared.messages import (
    ActionTaken,
    AdapterAnnounced,
    Cost,
    Difference,
    Estimate,
    LetterSpan,
    Message,
    RecordsLost,
    Snapshot,
    Standing,
    TrainingPair,
    TuningDecided,
)
from shared.messages.adapters import Against
from tests.adapters import announced, gate
from tests.builders import NOON
from tests.results import ARMS


def adapters(name: str) -> list[Message]:
    against = Against(speaker="previous", adapter="older", n=9, value=0.5, change=0.1, ci95=(0.0, 0.2))
    passed = gate(n=9, value=0.6, ci95=(0.5, 0.7), threshold="0.5", against=(against,))
    cost = Cost(seconds=9.0, tokens=9, kwh=0.1, money=0.1, currency="EUR")
    full: AdapterAnnounced = announced(name, gates=(passed,), cost=cost, changed_at=NOON, reason="gates passed")
    return [full, announced(name, state="candidate", base_sha256=BASE_SHA256[::-1])]


def standings(name: str) -> list[Message]:
    estimate = Estimate(n=60, mean=0.5, ci95=(0.4, 0.6), interval="confidence_sequence")
    difference = Difference(metric="right", a="base", b="tuned", n=60, mean=0.1, ci95=(0.0, 0.2), better="base")
    arms = {arm: {"right": estimate, "f1": estimate} for arm in ARMS}
    of_all: dict[str, Any] = {
        "arms": arms,
        "differences": (difference,),
        "metric_versions": {"right": "1"},
        "counted_at": NOON,
    }
    return [Standing(slice=name, **of_all), Standing(slice="all", contest=shipped().taken, **of_all)]


def tunings(name: str) -> list[Message]:
    cost = Cost(seconds=9.0, tokens=9)
    return [
        TuningDecided(
            tuning_id=name,
            state="finished",
            causes=("documents", "age"),
            reason="200 documents",
            decided_at=NOON,
            cost=cost,
            ended_at=NOON + timedelta(hours=1),
            standings={"tuned": Snapshot(n=9, mean=0.5)},
            adapter="news",
            adapter_state="serving",
            outcome="gates passed",
        ),
        TuningDecided(tuning_id=name, state="started", reason="200 documents", decided_at=NOON),
    ]


def pairs(name: str) -> list[Message]:
    return [
        TrainingPair(
            question="Where is it?", answer="the pier", document_id=name, choices=("the pier", "here"), fact="f"
        )
    ]


def actions(name: str) -> list[Message]:
    span = LetterSpan(topic="news.documents.v1.dead", partition=1, first=3, last=9)
    done = {"state": "done", "ended_at": NOON, "outcome": "7 of 9 letters sent again", "wanted": 9, "letters": (span,)}
    said = {"action_id": name, "by": "operator", "via": "pages", "at": NOON, "on": ("news",), "reason": "mended"}
    return [ActionTaken.model_validate({"action": kind, **said, **done}) for kind in ("send_again", "promote_adapter")]


def losses(name: str) -> list[Message]:
    at = {"topic": "news.documents.v1", "partition": 1, "first": 3, "end": 9}
    return [RecordsLost.model_validate({"loss_id": name, "service": "ingest", "found_at": NOON, **at})]
