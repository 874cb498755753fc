"""All that is wrong with a run."""

from collections.abc import Sequence

from bench.cluster.verifying import documents, letters, questions, standings
from bench.cluster.verifying.world import Finding, World

BARS = ("lost", "twice", "mixed", "retracted", "unanswered", "failed", "letters", "audit")
"""Of these there must be none."""
TOLD = ("missed", "stale", "unacknowledged")
"""These are counted and told."""


def verify(world: World) -> Sequence[Finding]:
    """Every finding, each once."""
    every = (documents, questions, standings, letters)
    return list(dict.fromkeys(finding for part in every for finding in part.findings(world)))


def broken(found: Sequence[Finding]) -> Sequence[Finding]:
    """Those that must not be."""
    return [finding for finding in found if finding.kind in BARS]
