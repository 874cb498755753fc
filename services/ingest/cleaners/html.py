"""The article inside an HTML page, found by trafilatura; menus, scripts and comments are left out."""

import trafilatura


def clean(text: str) -> str:
    """The main text, or "" where there is none. A fragment too short for an extractor is read as it stands."""
    article = trafilatura.extract(text, include_comments=False, include_tables=True, deduplicate=False)
    return article or str(trafilatura.html2txt(text) or "").strip()
