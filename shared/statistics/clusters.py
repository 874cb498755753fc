"""Clusters of items that are not independent: what has something in common, also by way of others, is one cluster."""

from collections.abc import Mapping, Sequence


def joined(links: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Item -> the name of its cluster, by what each item is linked to: at least one name, such as a document.

    Items with a name in common share a cluster, and so do those that a chain of such items connects (union-find).
    """
    leads: dict[str, str] = {}
    for names in links.values():
        first = _end(leads, names[0])
        for name in names[1:]:
            leads[_end(leads, name)] = first
    return {item: _end(leads, names[0]) for item, names in links.items()}


def _end(leads: dict[str, str], name: str) -> str:
    """Where a chain of joined names ends; shortens the chain on the way."""
    end = leads.setdefault(name, name)
    while leads[end] != end:
        end = leads[end]
    while leads[name] != end:
        leads[name], name = end, leads[name]
    return end
