"""Where documents come from, told by the form of an address, and reading them into one file."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.console import jobs, misread, output
from services.console.deciding import depending
from services.console.feed_view import FeedView
from shared.jobs.feeding import JOB, FeedEvent, FeedRead, ItemBad
from shared.source_files import DataError

LINES = (".jsonl", ".ndjson")
SQL_URL = "TILTYARD_FEED_SQL_URL"
MOST_TOLD = 20


class SourceRead(BaseModel):
    """What a source gave: how many documents and retractions, and what in it could not be read and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    published: int
    retracted: int
    unreadable: tuple[str, ...] = ()
    """Place and reason, at most `MOST_TOLD` of them."""
    unreadable_in_all: int = 0


@dataclass(frozen=True)
class Source:
    """One address with the arguments by which its feed is read."""

    address: str
    arguments: Sequence[str]

    @classmethod
    def of(cls, address: str, environment: Mapping[str, str]) -> "Source":
        """A folder, a web address, a file of JSON lines, or a query. Raises ValueError for what is none of these."""
        if not address.strip():
            raise ValueError("an empty address: name a folder, a feed, a .jsonl file or a query")
        if address.split(maxsplit=1)[0].casefold() in ("select", "with") and len(address.split()) > 1:
            if not environment.get(SQL_URL):
                raise ValueError(f"a query needs the address of its database in {SQL_URL}, such as sqlite:///desk.db")
            return cls(address, ["sql", "--query", address])
        if address.startswith(("http://", "https://")):
            return cls(address, ["rss", address])
        path = Path(depending.place(address))
        if path.is_dir():
            return cls(address, ["folder", address])
        if path.is_file() and path.suffix in LINES:
            misread.refuse_foreign(path)
            return cls(address, ["jsonl", address])
        if path.is_file():
            raise ValueError(
                f"{address}: a single file is read where it holds JSON lines ({', '.join(LINES)}); put other files "
                "into a folder and name that"
            )
        raise FileNotFoundError(f"{address} is no folder, no file, no web address and no SQL query")


def read(sources: Sequence[Source], to: Path, beside: Path) -> list[SourceRead]:
    """Read all into one file of JSON lines, in their order; parts lie in the folder `beside` meanwhile.

    Raises DataError where they hold no document, JobError where one cannot be read.
    """
    came, parts = list[SourceRead](), list[Path]()
    for number, source in enumerate(sources, start=1):
        part = beside / f"source-{number}.jsonl"
        output.say(f"Reading {source.address}")
        came.append(_read(source, part))
        parts.append(part)
    if not sum(source.published for source in came):
        reasons = [reason for source in came for reason in source.unreadable[:1]]
        why = f" ({reasons[0]})" if reasons else ""
        raise DataError(f"{', '.join(source.address for source in sources)}: no document can be read there{why}")
    to.write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()
    return came


def _read(source: Source, to: Path) -> SourceRead:
    tell, last, bad = FeedView(), FeedRead(published=0, retracted=0, unchanged=0, bad=0), list[str]()
    for event in _events([*source.arguments, "--once", f"--to={to}"]):
        if isinstance(event, ItemBad):
            bad.append(f"{event.where}: {event.reason}")
        if len(bad) <= MOST_TOLD or not isinstance(event, ItemBad):
            tell(event)
        if isinstance(event, FeedRead):
            last = event
    if len(bad) > MOST_TOLD:
        output.say(f"{len(bad) - MOST_TOLD} more cannot be read.")
    return SourceRead(
        source=source.address, published=last.published, retracted=last.retracted,
        unreadable=tuple(bad[:MOST_TOLD]), unreadable_in_all=len(bad),
    )  # fmt: skip


def _events(arguments: Sequence[str]) -> Iterator[FeedEvent]:
    with closing(jobs.run(JOB, arguments, os.environ)) as events:
        yield from events
