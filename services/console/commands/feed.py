"""`tiltyard feed`: documents from an RSS or Atom feed, a folder, a database, or a growing file of JSON lines."""

import json as json_module
import os
import signal
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from services.console import jobs, misread, output
from services.console.feed_view import FeedView
from shared.jobs.feeding import JOB, FeedEvent, ItemBad

Once = Annotated[bool, typer.Option("--once", help="Read it once; otherwise again and again until stopped.")]
Every = Annotated[float, typer.Option("--every", min=0, help="Seconds between two passes; 0: as the settings say.")]
Name = Annotated[str, typer.Option("--name", help="What its position and its ids stand under; empty: the address.")]
Source = Annotated[str, typer.Option("--source", help="Source of its documents, where they name none.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Tag of all its documents; may be repeated.")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", help="Who may be shown its documents, where they do not say; repeated: any."),
]
To = Annotated[
    Path | None,
    typer.Option(help="Write the documents to this file, in one pass; no server is needed."),
]
Lines = Annotated[bool, typer.Option("--json", help="Print what happens as JSON lines.")]


class StoppedError(Exception):
    """The command was told to end."""


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        no_args_is_help=True, help="Publish from a feed: rss, folder, sql, jsonl; each goes on where it was left."
    )
    for command in (rss, folder, sql, jsonl):
        group.command()(command)
    app.add_typer(group, name="feed")


def rss(
    url: Annotated[
        str, typer.Argument(help="Address of an RSS or Atom feed; with a password better in TILTYARD_FEED_RSS_URL.")
    ] = "",
    articles: Annotated[bool, typer.Option("--articles", help="Also fetch the page of each entry.")] = False,
    once: Once = False,
    every: Every = 0.0,
    name: Name = "",
    source: Source = "",
    tag: Tags = None,
    label: Labels = None,
    to: To = None,
    json: Lines = False,
) -> None:
    """Follow an RSS or Atom feed. A changed entry is a revision; one that leaves the feed stays.

    Example: tiltyard feed rss https://news.example/feed.xml --source "Harbour Desk" --every 120
    """
    more = {"TILTYARD_FEED_ARTICLES": "true"} if articles else {}
    more |= {"TILTYARD_FEED_RSS_URL": url} if url else {}
    marks = _marks(name, source, tag, label)
    _run(["rss", *marks, *_pace(once, every, to)], json=json, environment=more)


def folder(
    path: Annotated[Path, typer.Argument(help="Folder of .txt, .md, .html and .pdf files.")],
    once: Once = False,
    every: Every = 0.0,
    name: Name = "",
    source: Source = "",
    tag: Tags = None,
    label: Labels = None,
    to: To = None,
    json: Lines = False,
) -> None:
    """Follow a folder. A changed file is a revision, a deleted one is retracted.

    Example: tiltyard feed folder handbook --source Handbook --label staff
    """
    if not path.is_dir():
        raise FileNotFoundError(f"no folder {path}")
    _require_outside(to, path)
    _run(["folder", str(path), *_marks(name, source, tag, label), *_pace(once, every, to)], json=json)


def sql(
    query: Annotated[
        str, typer.Option(help="Gives id, text, updated_at; also deleted, title, url, ... if it has them.")
    ],
    url: Annotated[
        str, typer.Option(help="SQLAlchemy address; better in TILTYARD_FEED_SQL_URL, which ps does not show.")
    ] = "",
    once: Once = False,
    every: Every = 0.0,
    name: Name = "",
    source: Source = "",
    tag: Tags = None,
    label: Labels = None,
    to: To = None,
    json: Lines = False,
) -> None:
    """Follow a query on a database: what has a later updated_at is a revision, what is marked deleted is retracted.

    Example: tiltyard feed sql --url sqlite:///desk.db --query "SELECT id, text, updated_at, deleted FROM stories"
    """
    more = {"TILTYARD_FEED_SQL_URL": url} if url else {}
    marks = _marks(name, source, tag, label)
    _run(["sql", "--query", query, *marks, *_pace(once, every, to)], json=json, environment=more)


def jsonl(
    path: Annotated[Path, typer.Argument(help="File to which documents are appended, one JSON object a line.")],
    once: Once = False,
    every: Every = 0.0,
    name: Name = "",
    source: Source = "",
    tag: Tags = None,
    label: Labels = None,
    to: To = None,
    json: Lines = False,
) -> None:
    """Follow a file of JSON lines as it grows, also when it is rotated or truncated.

    Example: tiltyard feed jsonl stories.jsonl --once
    """
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}")
    misread.refuse_foreign(path)
    _require_outside(to, path)
    _run(["jsonl", str(path), *_marks(name, source, tag, label), *_pace(once, every, to)], json=json)


def _require_outside(to: Path | None, source: Path) -> None:
    """ValueError where the documents would be written over what they are read from."""
    if to is not None and to.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"--to {to} lies in what is read: name a file elsewhere")


def _marks(name: str, source: str, tags: list[str] | None, labels: list[str] | None) -> list[str]:
    given = [f"--tag={tag}" for tag in tags or ()] + [f"--label={label}" for label in labels or ()]
    return [f"--name={name}", f"--source={source}", *given]


def _pace(once: bool, every: float, to: Path | None) -> list[str]:
    file = [f"--to={to}"] if to else []
    return [f"--every={every}", *(["--once"] if once or to else []), *file]


def _run(arguments: list[str], *, json: bool, environment: Mapping[str, str] | None = None) -> None:
    """Hear the job until it ends; a request to stop reaches it, and it finishes what it has in hand."""
    signal.signal(signal.SIGTERM, _stop)
    bad, tell = 0, FeedView()
    try:
        with closing(jobs.run(JOB, arguments, {**os.environ, **(environment or {})})) as events:
            for event in events:
                bad += isinstance(event, ItemBad)
                _print(event) if json else tell(event)
    except StoppedError:
        return
    if bad:
        raise typer.Exit(output.EX_DATA)


def _print(event: FeedEvent) -> None:
    print(json_module.dumps(event.model_dump(mode="json")), flush=True)  # noqa: T201 (programs read this)


def _stop(*_: object) -> None:
    raise StoppedError
