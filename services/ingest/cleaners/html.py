"""The text of HTML: of a page its article (trafilatura), of a fragment as in feeds everything visible (inscriptis)."""

import re
from collections.abc import Mapping

import trafilatura
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BLOCKS = (  # beside those that the library knows: a browser sets them apart, so that their words do not join
    "button center dd details dialog dir dl dt fieldset form hr legend menu optgroup option search section select"
    " summary text textarea"
)
_READINGS = {"rp": HtmlElement(display=Display.none), "rt": HtmlElement(prefix="(", suffix=")")}  # of Japanese words


def _counted(state: HtmlDocumentState, attributes: Mapping[str, str]) -> None:
    """A numbered list begins with the number that it says."""
    start = attributes.get("start", "")
    state.li_counter.append(int(start) if start.isascii() and start.isdecimal() and len(start) < 10 else 1)


_STRICT = ParserConfig(
    css=CSS_PROFILES["strict"] | {tag: HtmlElement(display=Display.block) for tag in _BLOCKS.split()} | _READINGS,
    display_images=False,
    custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(start_tag_mapping={"ol": _counted}, end_tag_mapping={}),
)


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
