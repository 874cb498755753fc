"""Hostile documents as feeds meet them: files of a folder, lines of a file, rows of a database, entries of a feed."""

import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import httpx

from services.ingest.fetching import Page
from shared.topology import DOCUMENTS
from tests.builders import a_document
from tests.hostile.mutations import bytewise, mutated, text
from tests.hostile.records import Seed
from tests.hostile.values import DATES

_NAMES = ("a", "ä", "a b", "a\nb", "a\u202eb", "\u200b", "con", "a%s{}", "-rf", "'", '"', "a" * 200, "\udcff", "名前")
_SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".TXT", ".markdown", ".exe", "", ".txt.gz", ".jsonl")
_CHARSETS = (
    "utf-8",
    "utf-16",
    "utf-7",
    "latin-1",
    "windows-1252",
    "shift_jis",
    "idna",
    "punycode",
    "nosuch",
    "x" * 500,
)


def files(folder: Path, draw: Random, number: int) -> None:
    """A file of any name and content, changed in place where it is there already."""
    place = folder / f"{number % 500}-{draw.choice(_NAMES)}"[:200]
    name = f"{place}{draw.choice(_SUFFIXES)}"
    if draw.random() < 0.05:
        Path(name).unlink(missing_ok=True)
        return
    content = text(draw).encode(errors="replace")
    if name.lower().endswith(".pdf"):
        content = (
            draw.choice((b"%PDF-1.7\n", b"%PDF-", b"")) + content + draw.choice((b"", b"\n%%EOF", b"startxref\n9" * 50))
        )
    Path(name).write_bytes(content if draw.random() < 0.8 else bytewise(draw, content or b"a") or b"")


def line(draw: Random, number: int) -> bytes:
    """A line of a file that a program appends to."""
    document = a_document(document_id=f"line-{number}", text="The lantern fair moves to the old harbour.")
    seed = Seed.of(DOCUMENTS, document)
    made = mutated(draw, seed.tree, seed.places, seed.texts) or b""
    return made.replace(b"\n", b" ") + draw.choice((b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b"\x85\n"))


def rows(database: Path, draw: Random, numbers: range) -> None:
    """Rows of any types, as a database without strict types holds them."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS news "
            "(id, text, updated_at, deleted, title, url, source, language, published_at)"
        )
        connection.executemany(
            "INSERT INTO news VALUES (?,?,?,?,?,?,?,?,?)", [_row(draw, number) for number in numbers]
        )


def _row(draw: Random, number: int) -> list[Any]:
    usual: list[Any] = [
        number,
        "The lantern fair moves to the old harbour.",
        number,
        0,
        "Fair",
        "",
        "wire",
        "en",
        "2025-03-03",
    ]
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        place = draw.choice((0, 1, 1, 3, 4, 5, 6, 7, 8))
        usual[place] = _cell(draw)
    return usual


def _cell(draw: Random) -> Any:
    date = draw.choice(DATES)
    made = draw.choice(
        (None, "", 0, -1, 2**63 - 1, 1e308, float("inf"), b"\xff\x00", b"", str(date), text(draw), text(draw, 2_000))
    )
    return made.encode(errors="replace").decode() if isinstance(made, str) else made


def page(draw: Random, numbers: range) -> Page:
    """An answer of a web site that is RSS or Atom, as far as that goes."""
    entries = "".join(_entry(draw, number) for number in numbers)
    opening = draw.choice(
        ('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{draw.choice(_CHARSETS)}"?>', "", "\ufeff")
    )
    written = f'{opening}<rss version="2.0"><channel><title>{_inside(draw)}</title>{entries}</channel></rss>'
    body = written.encode(draw.choice(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1")), errors="replace")
    if draw.random() < 0.1:
        body = bytewise(draw, body) or b""
    kind = draw.choice(("application/rss+xml", "text/html", "", f"text/xml; charset={draw.choice(_CHARSETS)}", "\x00"))
    return Page("https://news.example/feed", 200, _headers(kind, draw), body[:5_000_000])


def _headers(kind: str, draw: Random) -> httpx.Headers:
    return httpx.Headers([(b"Content-Type", kind.encode()), (b"ETag", draw.choice((b'"a"', b"", b"\xff" * 99)))])


def _entry(draw: Random, number: int) -> str:
    fields = {
        "title": "Fair", "link": f"https://news.example/{number}", "guid": f"entry-{number}",
        "description": "The lantern fair moves to the old harbour.", "pubDate": "Mon, 03 Mar 2025 12:00:00 GMT",
    }  # fmt: skip
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        name = draw.choice(
            (*fields, "dc:date", "atom:updated", "content:encoded", "author", "enclosure", "media:content")
        )
        fields[name] = str(draw.choice(DATES)) if "ate" in name and draw.random() < 0.8 else _inside(draw)
    if draw.random() < 0.1:
        fields.pop(draw.choice(list(fields)))
    return f"<item>{''.join(f'<{name}>{inside}</{name}>' for name, inside in fields.items())}</item>"


def _inside(draw: Random) -> str:
    """What stands in an element: escaped, in a section of its own, or as it is."""
    made = text(draw, 100_000)
    if draw.random() < 0.5:
        return made.replace("&", "&amp;").replace("<", "&lt;")
    return f"<![CDATA[{made}]]>" if draw.random() < 0.6 else made


def good_row(database: Path, number: int, text: str) -> None:
    """A row behind all others."""
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO news (id, text, updated_at) VALUES (?, ?, ?)", (f"good-{number}", text, number))


def good_page(text: str) -> Page:
    """A page of one entry."""
    item = f"<item><guid>{text}</guid><title>Fair</title><description>{text}</description></item>"
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{item}</channel></rss>'
    return Page("https://news.example/feed", 200, httpx.Headers({"Content-Type": "application/rss+xml"}), body.encode())
