"""The standings of whatever results came: each counts once, in its newest version.

In memory are sums for each slice, arm and metric; what each question and each cluster of questions adds is in a file
under `TILTYARD_HOME`, made anew at each start.
"""

from dataclasses import replace
from pathlib import Path

import structlog

from services.scorer import scratch
from services.scorer.clusters import ClusterRows
from services.scorer.contributions import Contributions
from services.scorer.sums import Counted, Sums, counted, unbounded
from shared.contests.files import of_result
from shared.messages import ContestTaken, Result, Standing
from shared.question_clusters import Clusters
from shared.records import RawRecord, understood
from shared.standings import ALL, marks_of

MOST_SLICES = 1_000
"""Of one contest; each costs memory for ever, and whoever asks names one."""
log = structlog.get_logger()
Slice = tuple[str, str]
"""A contest's label, and a slice of its questions."""


class StandingsAggregator:
    """Sums over the newest version of each question's result, whatever comes again and in whatever order."""

    def __init__(self, folder: Path) -> None:
        self._file = scratch.opened(folder)
        self._known = Contributions(self._file)
        self._clusters = Clusters(self._file)
        self._rows = ClusterRows(self._file)
        self._contests: dict[str, ContestTaken] = {}
        self._sums: dict[Slice, Sums] = {}
        self._touched: set[Slice] = set()
        self._unbounded: set[str] = set()
        self._slices: dict[str, set[str]] = {}
        self._full: set[str] = set()

    def take(self, record: RawRecord) -> None:
        """Take in one record of the results topic; without a value it takes its question out."""
        key = record.key or b""
        version, before = self._known.get(key) or (0, None)
        result = next((result for _, result in understood(Result, [record])), None)
        if record.value is not None and (result is None or result.result_version < version):
            return
        if before is not None:
            for sums in self._sums_of(before):
                sums.take_out(before)
            self._known.remove(key)
        if result is not None:
            self._count(key, result)

    def changed(self) -> list[Standing]:
        """The standings of slices in which something was counted since the last call, by contest; `all` comes first."""
        touched, self._touched = sorted(self._touched, key=_all_first), set()
        standings = (self._sums[contest, name].standing(name, self._unbounded) for contest, name in touched)
        return [standing for standing in standings if standing is not None]

    def close(self) -> None:
        self._file.close()

    def _count(self, key: bytes, result: Result) -> None:
        contest = of_result(result)
        self._contests[contest.label] = contest
        marks = marks_of(result)
        contribution = self._bounded(counted(marks, contest, self._clusters.of(marks.about)))
        for metric in unbounded(contribution) - self._unbounded:
            log.warning("in no standing, since a value is outside [0, 1]", metric=metric)
            self._unbounded.add(metric)
        for sums in self._sums_of(contribution):
            sums.add(contribution, result.scored_at)
        self._known.put(key, result.result_version, contribution)

    def _bounded(self, contribution: Counted) -> Counted:
        """The same, in `all` alone where its contest has as many slices as are told apart: askers name slices."""
        slices = self._slices.setdefault(contribution.contest, set())
        if contribution.slice in slices or len(slices) < MOST_SLICES:
            slices.add(contribution.slice)
            return contribution
        if contribution.contest not in self._full:
            log.warning("more slices are counted in `all` alone", contest=contribution.contest, slices=MOST_SLICES)
            self._full.add(contribution.contest)
        return replace(contribution, slice=ALL)

    def _sums_of(self, contribution: Counted) -> list[Sums]:
        """The sums of its slice and of all, within its contest."""
        slices = {(contribution.contest, ALL), (contribution.contest, contribution.slice)}
        self._touched |= slices
        for name in slices - self._sums.keys():
            self._sums[name] = Sums(self._contests[contribution.contest], self._rows, number=len(self._sums))
        return [self._sums[name] for name in slices]


def _all_first(touched: Slice) -> tuple[str, bool, str]:
    contest, name = touched
    return contest, name != ALL, name
