"""Answers by an adapter that would not serve by itself, and that somebody let serve: no number may hide that.

A time limit ended its training, or a gate refused it.
"""

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


def refused(voices: Sequence[Voice]) -> str:
    """One sentence about arms whose adapter a gate refused, to be said before all else; empty where there are none."""
    despite = [voice for voice in voices if voice.despite_gates]
    if not despite:
        return ""
    arms, adapters = listed(sorted({voice.arm for voice in despite})), sorted({voice.adapter for voice in despite})
    them, names = ("adapters", "NAME") if len(adapters) > 1 else ("an adapter", adapters[0])
    return (
        f"{sum(voice.answers for voice in despite)} answers of {arms} come from {them} that the gates refused "
        f"({listed(adapters)}; `tiltyard adapters show {names}` says why): somebody let it speak all the same, and "
        "these numbers may say nothing of what tuning can give."
    )
