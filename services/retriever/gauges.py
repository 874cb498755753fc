"""What operators see of the view: its size, how far behind it is, what a rebuild took, what was read ahead."""

from prometheus_client import Counter, Gauge

_CHUNKS = Gauge("tiltyard_view_chunks", "Chunks in the sparse view")
_BEHIND = Gauge("tiltyard_view_lag_records", "Announcements that the view had not read when a question came")
_REBUILD = Gauge("tiltyard_view_rebuild_seconds", "Time from start to a complete view")
_WAIT = Gauge("tiltyard_view_wait_seconds", "How long the last question waited for the view")
_REFRESHED = Counter("tiltyard_view_refreshed_documents", "Documents read ahead of their announcement")
_STALE = Counter("tiltyard_stale_questions", "Questions answered before the view had caught up")


def holds(chunks: int) -> None:
    _CHUNKS.set(chunks)


def behind(records: int) -> None:
    _BEHIND.set(records)


def rebuilt(seconds: float) -> None:
    _REBUILD.set(seconds)


def waited(seconds: float, *, stale: bool) -> None:
    _WAIT.set(seconds)
    _STALE.inc(stale)


def refreshed(documents: int) -> None:
    _REFRESHED.inc(documents)
