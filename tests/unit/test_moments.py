"""Times at the edges: what is reckoned from them is a time, too."""

from datetime import datetime, timedelta

import pytest

from services.generator.backends.echo import Echo
from services.tuner.handler import Seen, decide
from services.tuner.news import News
from services.tuner.settings import TunerSettings
from shared.adapters import registry
from shared.messages import Cost, DocumentIndexed
from shared.moments import FIRST, LAST, later
from shared.retention import MOST_S, Retention
from shared.topology import INDEXED
from tests import adapters
from tests.builders import NOON, a_chunked_document, a_record, evidence
from tests.unit.test_generator import an_evidence, answers


def test_a_sum_of_times_is_a_time() -> None:
    assert later(NOON, seconds=60, milliseconds=500) == NOON + timedelta(seconds=60.5)
    assert later(LAST, seconds=1) == LAST
    assert later(FIRST, seconds=-1e-6) == FIRST
    assert later(NOON, seconds=1e300) == LAST
    assert later(NOON, milliseconds=-1e300) == FIRST


@pytest.mark.parametrize("asked_at", [FIRST, LAST])
def test_evidence_of_a_question_of_any_time_is_answered(asked_at: datetime) -> None:
    [answer] = answers([an_evidence(asked_at=asked_at)], Echo())

    assert answer.asked_at == asked_at
    assert evidence(asked_at=asked_at).asked_at == asked_at


@pytest.mark.parametrize("seconds", [-1e300, 1e300])
def test_news_is_counted_whatever_an_adapter_is_said_to_have_cost(seconds: float) -> None:
    news = News()
    about = a_chunked_document().model_dump(exclude={"chunks"})
    said = DocumentIndexed(**about, chunk_count=1, encoder="e", stored_at=NOON)
    news.take([a_record(said, topic=INDEXED.name).raw])

    counted = news.not_learned_by(adapters.announced(hours=1, cost=Cost(seconds=seconds)))

    assert counted == int(seconds > 0)


@pytest.mark.parametrize("at", [FIRST, LAST])
def test_an_adapter_is_promoted_after_one_of_any_time(at: datetime) -> None:
    known = {"old": adapters.announced("old", changed_at=at), "new": adapters.announced("new", state="candidate")}

    [promoted, *_] = registry.promote(known, "new", now=NOON, reason="better", despite_gates=True)

    assert promoted.since == max(NOON, later(at, seconds=1e-6))


@pytest.mark.parametrize("at", [FIRST, LAST])
def test_the_pace_of_trainings_is_kept_from_one_of_any_time(at: datetime) -> None:
    begun, failed = Seen(documents=999, last_started=at), Seen(documents=999, last_ended=at, failures=3)

    acts = [decide(seen, TunerSettings(), NOON).act for seen in (begun, failed)]

    assert acts == ["train" if at == FIRST else "postpone"] * 2


@pytest.mark.parametrize(("published_at", "seconds"), [(FIRST, 1), (LAST, MOST_S)])
def test_news_of_any_time_is_kept_as_long_as_the_store_can(published_at: datetime, seconds: int) -> None:
    assert Retention(days=7, now=lambda: NOON).seconds_left(published_at) == seconds
