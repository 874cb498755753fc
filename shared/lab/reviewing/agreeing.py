"""How far reviewers agree on what two or more of them have read."""

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from shared.statistics.reliability import Reliability, reliability

ITEMS = "items that both read"
Labelled = tuple[str, str, Hashable]
"""An item, what it belongs to, and what one reviewer says of it."""


def agreement(said: Mapping[str, Iterable[Hashable]], belongs: Mapping[str, str]) -> Reliability:
    """Raw agreement and Krippendorff's alpha (2011), with 95 % intervals over what items belong to, such as questions.

    `said`: item -> what its reviewers say, each once.
    """
    return _reliability(
        tuple((item, belongs[item], label) for item in sorted(said) for label in sorted(said[item], key=str))
    )


@lru_cache(maxsize=64)
def _reliability(labelled: tuple[Labelled, ...]) -> Reliability:
    """Kept, since its intervals draw items ten thousand times, and a page shows it again and again."""
    items, clusters, labels = ([row[at] for row in labelled] for at in range(3))
    return reliability(labels, items, clusters)


def sentence(reliability: Reliability) -> str:
    """In words, for people."""
    return reliability.sentence("reviewers", ITEMS)
