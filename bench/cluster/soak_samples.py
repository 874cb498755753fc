"""What a soak samples: of every process, of the broker's groups, and of what lies on the disk."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from services.console.demo.stage import Stage
from services.console.platform.supervisor import Status
from shared import topology
from shared.kafka import topics
from shared.kafka.lags import KafkaLags
from shared.lags import Lags
from shared.settings import KafkaSettings

MiB = 1024 * 1024
READ = sorted({topic.name for step in topology.STEPS for topic in step.reads})


class Sampler:
    """Looks at one stage, always in one thread."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._lags = stage, KafkaLags(stage.kafka, READ)
        self._processes: dict[int, psutil.Process] = {}

    def sample(self) -> dict[str, Any]:
        """Memory, threads, handles and processor time of each process that lives, lags, and sizes of folders."""
        return {"processes": dict(self._living()), "lags": self._behind(), "sizes_mib": sizes(self._stage.home)}

    def _living(self) -> Iterator[tuple[str, dict[str, float]]]:
        statuses: Sequence[Status] = [*self._stage.platform.status(), *self._stage.services.status()]
        for status in statuses:
            with suppress(psutil.Error, OSError):
                process = self._processes.setdefault(status.pid, psutil.Process(status.pid))
                if status.running:
                    yield status.name, measured(process)

    def _behind(self) -> dict[str, dict[str, float]]:
        """By group and topic; none where the broker does not say."""
        with suppress(ConnectionError):
            return told(self._lags.look())
        return {}


def measured(process: psutil.Process) -> dict[str, float]:
    """`rss_mib` has shared libraries in it and files that are mapped; `anonymous_mib` is the process's own alone."""
    with process.oneshot():
        cpu = process.cpu_times()
        return {
            "pid": process.pid, "rss_mib": round(process.memory_info().rss / MiB, 2),
            "anonymous_mib": round(anonymous_mib(Path(f"/proc/{process.pid}/status").read_text()), 2),
            "pss_mib": round(process.memory_full_info().pss / MiB, 2),
            "threads": process.num_threads(), "handles": process.num_fds(), "cpu_s": round(cpu.user + cpu.system, 2),
        }  # fmt: skip


def anonymous_mib(status: str) -> float:
    """Of the text of /proc/<pid>/status: memory that no file stands behind, what was swapped out included.

    Raises ProcessLookupError of one that has ended and is not yet gone.
    """
    kib = {name: int(number) for name, number in re.findall(r"^(RssAnon|VmSwap):\s+(\d+) kB$", status, re.MULTILINE)}
    if "RssAnon" not in kib:
        raise ProcessLookupError
    return (kib["RssAnon"] + kib.get("VmSwap", 0)) / 1024


def told(lags: Lags) -> dict[str, dict[str, float]]:
    """Records that wait, and the age of the oldest in seconds."""
    return {
        f"{of.group} {of.topic}": {
            "records": of.records,
            "seconds": round(max(0.0, (datetime.now(UTC) - of.oldest_at).total_seconds()), 2) if of.oldest_at else 0.0,
        }
        for of in lags.behind
    }


def sizes(home: Path) -> dict[str, float]:
    """MiB in each folder of a stage, by name."""
    return {
        folder.name: round(
            sum(_size(Path(place) / name) for place, _, names in os.walk(folder) for name in names) / MiB, 2
        )
        for folder in sorted(home.iterdir())
        if folder.is_dir()
    }


def _size(file: Path) -> int:
    """Blocks that are taken: files of a log are made large and hold nothing yet. 0 of what is gone meanwhile."""
    with suppress(OSError):
        return file.lstat().st_blocks * 512
    return 0


def dead(kafka: KafkaSettings) -> int:
    """Dead letters of all topics."""
    return sum(
        high - low for topic in topology.TOPICS for low, high in topics.ranges(kafka, topic.dead).values()
    )  # fmt: skip
