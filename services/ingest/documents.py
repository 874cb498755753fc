"""Reading a file's bytes as a document: plain text, Markdown, HTML, PDF (pypdf)."""

import codecs
import html
import io
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

import webencodings

from services.ingest.line_ends import mended

TEXT, MARKDOWN, HTML, PDF = (".txt", ".text"), (".md", ".markdown"), (".html", ".htm"), (".pdf",)
SUFFIXES = frozenset([*TEXT, *MARKDOWN, *HTML, *PDF])
_HEADING = re.compile(r"^#{1,2}[ \t]+(.{1,2000})", re.MULTILINE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,4000})</title>", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_HEAD = 2_048


@dataclass(frozen=True)
class Read:
    """What a file says; an empty title says none."""

    title: str
    text: str
    content_type: Literal["text/plain", "text/html"] = "text/plain"


def read(name: str, data: bytes, most_pages: int) -> Read:
    """A file by the end of its name, one of SUFFIXES. Raises ValueError, or what a reader stumbles over."""
    suffix = PurePath(name).suffix.lower()
    if suffix in PDF:
        return _pdf(data, most_pages)
    if suffix in HTML:
        page = page_text(data)
        return Read(page_title(page), page, "text/html")
    text = _utf8(data)
    heading = _HEADING.search(text) if suffix in MARKDOWN else None
    return Read(heading.group(1).rstrip(" \t#") if heading else "", text)


def page_text(data: bytes, charset: str = "") -> str:
    """HTML in the charset that was said with it, else that it says of itself, else UTF-8; what is broken is marked."""
    declared = _CHARSET.search(data[:_HEAD])
    for label in (charset, declared.group(1).decode() if declared else ""):
        if encoding := _encoding(label):
            return str(webencodings.decode(data, encoding, errors="replace")[0])
    return _utf8(data)


def _encoding(label: str) -> webencodings.Encoding | None:
    """An encoding of the web (WHATWG) by one of its names; Python has others, and some of them take any time."""
    known = webencodings.lookup(label)
    with suppress(LookupError, ValueError):
        known = known or webencodings.lookup(codecs.lookup(label).name)
    return known


def page_title(text: str) -> str:
    """What stands in the title of a page."""
    match = _TITLE.search(text)
    return html.unescape(match.group(1)).strip() if match else ""


def _utf8(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace")


def _pdf(data: bytes, most_pages: int) -> Read:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if (pages := len(reader.pages)) > most_pages:
        raise ValueError(f"{pages} pages, at most {most_pages} are read")
    title = str(reader.metadata.title or "") if reader.metadata else ""
    return Read(title, mended("\n\n".join(page.extract_text() for page in reader.pages)))
