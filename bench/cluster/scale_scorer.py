"""What very many open questions cost a scorer, and what the standings cost each of several scorers."""

import os
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.scorer.changelog import KafkaChangelog
from services.scorer.join import Arrived, Join, due
from services.scorer.standings_aggregator import StandingsAggregator
from services.scorer.table import Changelog, Entry, TableJoins
from shared.settings import KafkaSettings
from tests.builders import NOON, a_question, a_raw_record, an_answer
from tests.contests import within
from tests.kills.flow import ARMS
from tests.kills.run import PARTITIONS
from tests.results import a_result, a_scored

TURN = 256
KEEP = timedelta(hours=24)
WORDS = "The council of the lower harbour said on Monday that the ferry sails again from the old quay. " * 2


def questions(options: Namespace) -> dict[str, Any]:
    """Seconds to write and to read back so many joins with two answers of four, and the memory that they take.

    Without servers the changelog is a file.
    """
    with TemporaryDirectory() as folder:
        if options.without_servers:
            return _measured(options.questions, Path(folder) / "changelog")
        platform = LocalPlatform(isolated(Path(folder), PlatformSettings()))
        platform.start(lambda _: None)
        try:
            return _measured(options.questions, platform.bootstrap_servers)
        finally:
            platform.stop()


class FileChangelog:
    """A changelog in a file, of which nothing is held in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entries: Sequence[Entry]) -> None:
        with self._path.open("ab") as file:
            file.writelines(b"%d %s %s\n" % (entry.partition, entry.key, entry.value or b"") for entry in entries)

    def read(self, partition: int) -> Iterator[tuple[bytes, bytes | None]]:
        with self._path.open("rb") as file:
            for line in file:
                number, key, value = line.rstrip(b"\n").split(b" ", 2)
                if int(number) == partition:
                    yield key, value


def _measured(number: int, where: str | Path) -> dict[str, Any]:
    began = time.monotonic()
    _write(TableJoins(_changelog(where)), number)
    written_s = time.monotonic() - began
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        restored = apart.submit(restore_apart, where).result()
    return {"open_questions": number, "written_s": round(written_s, 1)} | restored


def restore_apart(where: str | Path) -> dict[str, Any]:
    """As a scorer does at a start, and again at a rebalance."""
    changelog, before = _changelog(where), _mib()
    joins, took, worked = TableJoins(changelog), list[float](), time.process_time()
    for _ in range(2):
        began = time.monotonic()
        dues = [(due(join, KEEP), name) for name, join in joins.restore(range(PARTITIONS))]
        took.append(time.monotonic() - began)
    grown = _mib() - before
    return {
        "restored": len(dues),
        "processor_s_each_time": round((time.process_time() - worked) / 2, 1),
        "restored_s": round(took[0], 1),
        "restored_again_s": round(took[1], 1),
        "mib": round(grown),
        "kib_each": round(grown * 1024 / max(len(dues), 1), 1),
    }


def standings(options: Namespace) -> dict[str, Any]:
    """Memory of the standings in each of two scorers at once, after a part of the results and after all."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as apart:
        both = [apart.submit(standings_apart, options.results, seed) for seed in (1, 2)]
        return {"results": options.results, "scorers": [one.result() for one in both]}


def standings_apart(results: int, seed: int) -> dict[str, Any]:
    """As a scorer follows the results; every fifth and all."""
    with TemporaryDirectory() as folder:
        before, began = _mib(), time.monotonic()
        aggregator = StandingsAggregator(Path(folder))
        grown = {}
        for number in range(1, results + 1):
            result = _result(number, seed)
            value = result.model_dump_json().encode()
            aggregator.take(a_raw_record(value, key=result.question.question_id.encode()))
            if number in (results // 5, results):
                grown[str(number)] = round(_mib() - before)
        aggregator.close()
    return {"mib_after": grown, "seconds": round(time.monotonic() - began, 1)}


def _result(number: int, seed: int) -> Any:
    answers = [a_scored(arm, correct=float((number * 7 + place * seed) % 3 == 0)) for place, arm in enumerate(ARMS)]
    question = {
        "question_id": f"q-{number}",
        "slice": f"slice-{number % 20}",
        "gold_document_ids": (f"d-{number // 3}",),
    }
    return within(a_result(*answers, asked_at=NOON + timedelta(seconds=number), **question), *ARMS)


def _write(table: TableJoins, number: int) -> None:
    for start in range(0, number, TURN):
        table.keep({f"question-{at:08}": _open(at) for at in range(start, min(start + TURN, number))})
        table.forget()


def _open(number: int) -> Join:
    """Asked, answered by two arms, and waiting for the others."""
    name, now = f"question-{number:08}", datetime.now(UTC)
    question = a_question(question_id=name, text=f"{WORDS[:90]} {number}?", deadline_s=3_600)
    answers = {
        arm: Arrived(answer=an_answer(question_id=name, arm=arm, text=WORDS, evidence_texts=read), at=now)
        for arm, read in zip(ARMS[:2], ((), (WORDS * 3,) * 5), strict=True)
    }
    return Join(partition=number % PARTITIONS, first_at=now, question=question, asked_at=now, answers=answers)


def _changelog(where: str | Path) -> Changelog:
    """On the broker of that address, or in a file."""
    if isinstance(where, Path):
        return FileChangelog(where)
    return KafkaChangelog(KafkaSettings(bootstrap_servers=where, partitions=PARTITIONS), "bench", partitions=PARTITIONS)


def _mib() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 2**20
