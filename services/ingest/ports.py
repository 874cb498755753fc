"""What ingest's handler needs from outside."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.messages import DocumentPublished, Question


class Chunker(Protocol):
    """Cuts a text into passages that the encoder reads whole."""

    def __call__(self, title: str, date: str, text: str) -> list[str]: ...


class FeedItem(NamedTuple):
    """Something a feed gives, and the time at which it happened."""

    at: datetime
    message: DocumentPublished | Question


Clean = Callable[[str], str]
Now = Callable[[], datetime]


def header(title: str, date: str) -> str:
    """What every chunk opens with, so that a passage alone still says what it is about and when."""
    return f"{title} ({date})\n" if title else f"({date})\n"
