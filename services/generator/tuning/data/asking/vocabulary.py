"""The words that rules know, from `words.toml`."""

import tomllib
from importlib import resources

PACKAGE = "services.generator.tuning.data.asking"
_LISTS: dict[str, str] = tomllib.loads((resources.files(PACKAGE) / "words.toml").read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """One list. Raises KeyError for one that is not there."""
    return frozenset(_LISTS[name].split())
