"""A soak finds what grows, and takes noise for noise."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from bench.cluster.soak_bounds import Bound, growth, judged
from bench.cluster.soak_load import STORIES, Stories
from bench.cluster.soak_picture import picture
from bench.cluster.soak_samples import anonymous_mib

WARM_S, EVERY_S, SAMPLES = 1_200.0, 15.0, 480
ENDED = {"balanced": True, "without_result": 0, "dead": 0}
Change = Callable[[float], float]


def soaked(**changed: Change) -> list[dict[str, Any]]:
    """Samples of two hours of a service and a server, with noise; what is named is another function of the minute."""
    draw = random.Random(7)  # noqa: S311

    def usually(_: float) -> float:
        return draw.gauss(90, 10)

    def at(minute: float) -> dict[str, Any]:
        usual: dict[str, Any] = {
            "pid": 7, "rss_mib": 400 + draw.gauss(0, 2), "anonymous_mib": 250 + draw.gauss(0, 2),
            "threads": 30, "handles": 40 + draw.randrange(3),
        }  # fmt: skip
        own = {name: change(minute) for name, change in changed.items() if name in usual}
        lag = {"records": draw.randrange(8), "seconds": draw.random()} | {
            name: change(minute) for name, change in changed.items() if name in {"records", "seconds"}
        }
        fresh = changed.get("freshness_ms", usually)
        return {
            "at_s": minute * 60, "processes": {"ingest": usual | own, "cassandra": usual | {"rss_mib": 900 + minute}},
            "lags": {"ingest news": lag}, "freshness_ms": [fresh(minute) for _ in range(15)],
        }  # fmt: skip

    return [at(number * EVERY_S / 60) for number in range(SAMPLES)]


def missed(samples: list[dict[str, Any]], **ended: Any) -> list[str]:
    return [bound.what for bound in told(samples, **ended) if not bound.holds]


def told(samples: list[dict[str, Any]], **ended: Any) -> list[Bound]:
    return judged(samples, ENDED | ended, WARM_S)


def test_noise_alone_misses_no_bound() -> None:
    assert missed(soaked()) == []


def test_a_leak_of_a_mebibyte_a_minute_is_found() -> None:
    assert missed(soaked(anonymous_mib=lambda minute: 250 + minute)) == ["anonymous_mib of ingest, growth in 90 min"]


def test_what_grows_in_the_warm_up_alone_is_no_leak() -> None:
    assert missed(soaked(rss_mib=lambda minute: 400 + 5 * min(minute, 20.0))) == []


def test_memory_that_leaps_once_and_stays_within_the_bound_is_no_leak() -> None:
    assert missed(soaked(rss_mib=lambda minute: 400 + (8 if minute > 70 else 0))) == []


def test_noise_that_could_hide_a_leak_does_not_hold_the_bound() -> None:
    draw = random.Random(3)  # noqa: S311
    assert missed(soaked(rss_mib=lambda _: 400 + draw.gauss(0, 150))) == ["rss_mib of ingest, growth in 90 min"]


def test_a_thread_each_ten_minutes_is_found() -> None:
    assert missed(soaked(threads=lambda minute: 30 + minute // 10)) == ["threads of ingest, growth in 90 min"]


def test_a_handle_each_five_minutes_is_found() -> None:
    assert missed(soaked(handles=lambda minute: 30 + minute // 5)) == ["handles of ingest, growth in 90 min"]


def test_a_server_may_fill_its_heap() -> None:
    assert not any("mib of cassandra" in what for what in missed(soaked()))


def test_records_that_wait_longer_and_longer_are_found() -> None:
    assert missed(soaked(seconds=lambda minute: minute)) == ["lag of ingest news in seconds"]


def test_news_that_becomes_findable_later_and_later_is_found() -> None:
    assert missed(soaked(freshness_ms=lambda minute: 100 + 30 * minute)) == ["freshness p99, last third"]


def test_a_service_that_was_started_again_is_found() -> None:
    samples = soaked()
    samples[-1]["processes"]["ingest"] = samples[-1]["processes"]["ingest"] | {"pid": 8}
    assert missed(samples) == ["processes"]


def test_of_a_service_that_was_started_again_the_longest_life_is_judged() -> None:
    samples = soaked(rss_mib=lambda minute: 400 if minute > 40 else 9_000)
    for sample in samples:
        sample["processes"]["ingest"]["pid"] = 7 if sample["at_s"] / 60 > 40 else 6
    assert missed(samples) == ["processes"]


def test_a_service_that_died_is_found() -> None:
    samples = soaked()
    del samples[-1]["processes"]["ingest"]
    assert "processes" in missed(samples)


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [("balanced", False, "audit"), ("without_result", 1, "questions without a result"), ("dead", 2, "dead letters")],
)
def test_what_is_not_accounted_for_is_found(key: str, value: object, what: str) -> None:
    assert missed(soaked(), **{key: value}) == [what]


def test_a_run_that_was_cut_short_does_not_hold_what_nobody_counted() -> None:
    assert [bound.what for bound in judged(soaked(), {}, WARM_S) if not bound.holds] == [
        "audit", "questions without a result", "dead letters",
    ]  # fmt: skip


def test_growth_is_told_for_ninety_minutes_with_limits_around_it() -> None:
    draw = random.Random(1)  # noqa: S311
    times = [15.0 * number for number in range(400)]
    grew = growth(times, [100 + 2.0 * at / 5_400 + draw.gauss(0, 1) for at in times])
    assert grew.low < 2.0 < grew.high
    assert grew.high - grew.low < 2.0


def test_too_short_a_run_says_so() -> None:
    with pytest.raises(ValueError, match="run it for longer"):
        growth([0.0, 15.0], [1.0, 1.0])


def test_the_picture_has_each_service_and_no_server() -> None:
    assert "<svg" in picture(soaked(), WARM_S)


def test_memory_that_no_file_stands_behind_counts_where_it_was_swapped_out_too() -> None:
    assert anonymous_mib("Name:\tx\nVmRSS:\t 9000 kB\nRssAnon:\t    2048 kB\nVmSwap:\t    1024 kB\n") == 3.0


def test_a_process_that_has_ended_has_no_memory() -> None:
    with pytest.raises(ProcessLookupError):
        anonymous_mib("Name:\tx\nState:\tZ (zombie)\n")


def test_every_story_is_told_once_before_any_is_told_again() -> None:
    stories = Stories(random.Random(1))  # noqa: S311
    assert len({stories.change().document_id for _ in range(STORIES)}) == STORIES


def test_stories_are_revised_taken_back_and_told_again() -> None:
    stories = Stories(random.Random(1))  # noqa: S311
    for _ in range(STORIES):
        stories.change()
    later = [stories.change() for _ in range(2_000)]
    gone = [at for at, document in enumerate(later) if document.op == "retract"]
    back = {document.document_id for document in later[gone[0] :] if document.op == "upsert"}
    assert 200 < len(gone) < 400
    assert back & {later[at].document_id for at in gone[:20]}


def test_a_question_about_a_story_that_was_taken_back_accepts_no_answer() -> None:
    stories = Stories(random.Random(1))  # noqa: S311
    stories.change()
    stories.berths[0] = None
    assert stories.question(1).references == ()
