"""What a Markdown file says of itself: its front matter (YAML between `---`, TOML between `+++`), and its heading.

Headings are CommonMark's, read by markdown-it: a `#` within code is none, an underlined line is one. Front matter that
cannot be read stays a part of the text.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST_FRONT_MATTER, LONGEST_HEADING = 16_384, 2_000
HEADINGS_WITHIN = 65_536
"""Characters: a title stands near the beginning, and what is read of a stranger's Markdown is bounded."""
MOST_TAGS, LONGEST_TAG = 32, 200
_FRONT_MATTER = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<fields>(?:.*\n)*?)(?P<end>---|\+\+\+|\.\.\.)[ \t]*(?:\r?\n|\Z)"
)
_BLOCKS, _INLINE = MarkdownIt("commonmark").disable("inline"), MarkdownIt("commonmark")


@dataclass(frozen=True)
class Page:
    """`date` as it is written; what is not said is empty. `text` is without the front matter that was read."""

    title: str
    text: str
    date: str = ""
    tags: tuple[str, ...] = ()


def read(text: str) -> Page:
    """A page with its title: that of the front matter, else the heading."""
    match = _FRONT_MATTER.match(text[:LONGEST_FRONT_MATTER])
    if match is None:
        return Page(heading(text), text)
    body = text[match.end() :]
    fields = _fields(match["fence"], match["fields"], match["end"])
    if fields is None:
        return Page(heading(body), text)
    return Page(_scalar(fields.get("title")) or heading(body), body, _scalar(fields.get("date")), _tags(fields))


def heading(text: str) -> str:
    """The first heading of level 1, else one of any level that opens the text; else none."""
    try:
        blocks = [
            token for token in _BLOCKS.parse(text[:HEADINGS_WITHIN]) if token.level == 0 or token.type == "inline"
        ]
    except RecursionError:
        return ""
    places = [place for place, token in enumerate(blocks) if token.type == "heading_open"]
    first = next((place for place in places if blocks[place].tag == "h1"), 0 if 0 in places else None)
    return "" if first is None else _words(blocks[first + 1])


def _words(token: Token) -> str:
    """The words of a heading without their markup."""
    [line] = _INLINE.parseInline(token.content[:LONGEST_HEADING])
    parts = (" " if child.type in {"softbreak", "hardbreak"} else _shown(child) for child in line.children or ())
    return " ".join("".join(parts).split())


def _shown(child: Token) -> str:
    return "" if child.type == "html_inline" else child.content


def _fields(fence: str, written: str, end: str) -> Mapping[str, Any] | None:
    """What front matter says; None where it is none, or cannot be read."""
    try:
        if fence == "+++":
            return _by_name(tomllib.loads(written.replace("\r\n", "\n"))) if end == fence else None
        # The base loader makes texts, lists and mappings, and nothing of a tag; no alias is copied out.
        fields = yaml.load(written, Loader=yaml.BaseLoader) if end != "+++" else None  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return _by_name(fields)


def _by_name(fields: object) -> Mapping[str, Any] | None:
    """Fields by their names in lower case: programs write `Title` and `title`."""
    return {str(name).lower(): value for name, value in fields.items()} if isinstance(fields, dict) else None


def _scalar(value: object) -> str:
    """A text, a number or a time as it is written; nothing of anything else."""
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


def _tags(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """A list, or one text with commas."""
    given = fields.get("tags") or ()
    named = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else ()
    tags = dict.fromkeys(tag for tag in map(_scalar, named) if 0 < len(tag) <= LONGEST_TAG)
    return tuple(tags)[:MOST_TAGS]
