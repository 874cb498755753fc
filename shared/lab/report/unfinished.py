"""Answers by an adapter whose training a time limit ended: somebody let it serve, and no number may hide that."""

from collections.abc import Sequence

from shared.lab.report.phrasing import listed
from shared.lab.report.provenance import Voice


def unfinished(voices: Sequence[Voice]) -> list[Voice]:
    """Those whose adapter is unfinished."""
    return [voice for voice in voices if voice.unfinished]


def caution(voices: Sequence[Voice]) -> str:
    """One sentence that belongs before anything said of these arms; empty where every training was finished."""
    cut = unfinished(voices)
    if not cut:
        return ""
    arms, adapters = listed(sorted({voice.arm for voice in cut})), listed(sorted({voice.adapter for voice in cut}))
    return (
        f"{sum(voice.answers for voice in cut)} answers of {arms} come from an unfinished training ({adapters}): a "
        "time limit ended it, so that these numbers say how busy the machine was and nothing about tuning."
    )
