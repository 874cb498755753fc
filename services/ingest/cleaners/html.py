"""The text of HTML: of a page its article (trafilatura), of a fragment as in feeds everything visible (inscriptis)."""

import re

import trafilatura
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_STRICT = ParserConfig(css=CSS_PROFILES["strict"], display_images=False)


def clean(text: str) -> str:
    """The text without tags, scripts and comments; of a page also without menus. "" where nothing is to be read."""
    if _PAGE.search(text):
        article = trafilatura.extract(
            text, include_comments=False, include_tables=True, deduplicate=False, favor_recall=True
        )
        if article:
            return str(article)
    return _visible(text)


def _visible(text: str) -> str:
    """Everything that a browser would show, one block a line."""
    lines = (line.strip() for line in get_text(text, _STRICT).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
