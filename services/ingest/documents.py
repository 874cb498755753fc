"""Reading a file's bytes as a document: plain text, Markdown, HTML, PDF (pypdf)."""

import html
import io
import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

import webencodings

from services.ingest import charsets, encodings, markdown
from services.ingest.line_ends import mended
from shared.messages.news import LONGEST_TITLE

TEXT, MARKDOWN, HTML, PDF = (".txt", ".text"), (".md", ".markdown"), (".html", ".htm"), (".pdf",)
SUFFIXES = frozenset([*TEXT, *MARKDOWN, *HTML, *PDF])
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,4000})</title>", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_HEAD = 2_048
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BODY = re.compile(r"<(?:body|svg)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Read:
    """What a file says; an empty title says none, and so does an empty date, which is as the file writes it."""

    title: str
    text: str
    content_type: Literal["text/plain", "text/html"] = "text/plain"
    date: str = ""
    tags: tuple[str, ...] = ()


def read_within(name: str, data: bytes, most_pages: int, most_characters: int) -> Read:
    """As `read`; ValueError also where its text is too long: a packed one has any length."""
    made = read(name, data, most_pages)
    if len(made.text) > most_characters:
        raise ValueError(f"{len(made.text)} characters of text, at most {most_characters} are read")
    return replace(made, title=made.title[:LONGEST_TITLE])


def read(name: str, data: bytes, most_pages: int) -> Read:
    """A file by the end of its name, one of SUFFIXES. Raises ValueError, or what a reader stumbles over."""
    suffix = PurePath(name).suffix.lower()
    if suffix in PDF:
        return _pdf(data, most_pages)
    if suffix in HTML:
        page = _page(data, "", errors="strict")
        return Read(page_title(page), page, "text/html")
    text = encodings.text_of(data)
    if suffix not in MARKDOWN:
        return Read("", text)
    marked = markdown.read(text)
    return Read(marked.title, marked.text, date=marked.date, tags=marked.tags)


def page_text(data: bytes, charset: str = "") -> str:
    """HTML in the charset that was said with it, else that it states, else as text; what is broken is marked."""
    return _page(data, charset, errors="replace")


def _page(data: bytes, charset: str, *, errors: Literal["strict", "replace"]) -> str:
    """As `page_text`; where errors are strict, ValueError says what is broken."""
    for encoding in (charsets.named(charset), _declared(data)):
        if encoding:
            try:
                return str(webencodings.decode(data, encoding, errors=errors)[0])
            except UnicodeDecodeError as error:
                where = f"byte {error.start + 1} is not {encoding.name}"
                raise ValueError(f"{where}, which the page says of itself; {encodings.ADVICE} and say so") from None
    return encodings.marked(data) if errors == "replace" else encodings.text_of(data)


def _declared(data: bytes) -> webencodings.Encoding | None:
    """What a page says of itself; one that can be read as bytes is not the UTF-16 that it may claim to be."""
    match = _CHARSET.search(data[:_HEAD])
    encoding = charsets.named(match[1].decode() if match else charsets.in_xml(data))
    return None if encoding and encoding.name.startswith("utf-16") else encoding


def page_title(text: str) -> str:
    """What stands in the title of a page; a picture in it may have one too."""
    match = _TITLE.search(_BODY.split(_COMMENT.sub("", text), maxsplit=1)[0])
    return html.unescape(match.group(1)).strip() if match else ""


def _pdf(data: bytes, most_pages: int) -> Read:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if (pages := len(reader.pages)) > most_pages:
        raise ValueError(f"{pages} pages, at most {most_pages} are read")
    title = str(reader.metadata.title or "") if reader.metadata else ""
    return Read(title, mended("\n\n".join(page.extract_text() for page in reader.pages)))
