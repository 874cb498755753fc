"""`python -m bench.scorer_restart --joins 86400`: how long a scorer takes to read its joins back, on its own Kafka.

Prints one JSON object. As many markers of finished questions as a day of one question a second leaves are written to a
changelog of four partitions and restored from it, as after a restart and as after a rebalance.
"""

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.scorer.changelog import KafkaChangelog
from services.scorer.join import Join, done
from services.scorer.table import TableJoins
from shared.contests.files import shipped
from shared.settings import KafkaSettings

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
PARTITIONS, TURN = 4, 64


def measure(joins: int) -> dict[str, Any]:
    """Seconds to write and to restore so many joins."""
    with tempfile.TemporaryDirectory() as folder:
        platform = LocalPlatform(isolated(Path(folder), PlatformSettings()))
        platform.start(lambda _: None)
        try:
            settings = KafkaSettings(bootstrap_servers=platform.bootstrap_servers, partitions=PARTITIONS)
            changelog = KafkaChangelog(settings, "bench", partitions=PARTITIONS)
            written_s = _timed(lambda: _write(TableJoins(changelog), joins))
            fresh = TableJoins(KafkaChangelog(settings, "bench", partitions=PARTITIONS))
            restored_s = _timed(lambda: dict(fresh.restore(range(PARTITIONS))))
            again_s = _timed(lambda: dict(fresh.restore(range(PARTITIONS))))
        finally:
            platform.stop()
    return {
        "joins": joins,
        "written_s": round(written_s, 1),
        "restored_s": round(restored_s, 2),
        "restored_after_a_rebalance_s": round(again_s, 2),
        "joins_a_second": round(joins / restored_s),
    }


def _write(table: TableJoins, joins: int) -> None:
    for start in range(0, joins, TURN):
        numbers = range(start, min(start + TURN, joins))
        table.keep({f"question-{number:08}": _marker(number % PARTITIONS) for number in numbers})


def _marker(partition: int) -> Join:
    return done(Join(partition=partition, first_at=NOON), NOON, counted=shipped().arm_names, announced=1)


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--joins", type=int, default=86_400)
    sys.stdout.write(json.dumps(measure(options.parse_args().joins), indent=2) + "\n")


if __name__ == "__main__":
    main()
