"""Which items are not independent: those with a name, such as a document, in common.

`joined` makes one cluster of all that a chain of common names connects. `layout` keeps apart what only a chain
connects: clusters then overlap, and a variance counts every pair of items that share a name (dyadic clustering:
Cameron, Gelbach and Miller 2011, Journal of Business and Economic Statistics 29; Aronow, Samii and Assenova 2015,
Political Analysis 23). Many questions on two documents each would otherwise grow together to one cluster.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.statistics.resampling import Floats, Integers, numbered, summed

Names = frozenset[Hashable]


class Clusters(dict[str, str]):
    """Item -> the name of the cluster that a chain of common names makes, and in `links` each item's own names."""

    def __init__(self, links: Mapping[str, Sequence[str]]) -> None:
        super().__init__(joined(links))
        self.links = links


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


def links_of(clusters: Mapping[str, str]) -> Mapping[str, Collection[str]]:
    """Each item's own names where they are kept, else the name of its cluster."""
    return clusters.links if isinstance(clusters, Clusters) else {item: (name,) for item, name in clusters.items()}


@dataclass(frozen=True)
class Layout:
    """How items hang together, for sums over them: items with the same names and run are one row, whatever their n.

    `rows`: item -> row. `groups`: row -> group of rows with the same names. `touching`: which groups share a name,
    sparse and symmetric; None where groups are independent. `runs`: row -> run, such as a training; None without.
    `clusters`: independent groups, or where they overlap the names that connect them. `largest`: the share of items
    that depend on one item at most.
    """

    rows: Integers
    groups: Integers
    touching: Any
    runs: Integers | None
    clusters: int
    largest: float

    def neighbours(self, values: Floats) -> Floats:
        """For each group the sum of `values`, shape (groups, columns), over all groups that share a name with it."""
        return values if self.touching is None else np.asarray(self.touching @ values)


def independent(rows: Integers) -> Layout:
    """Groups that have nothing in common, given each item's."""
    sizes = np.bincount(rows)
    return Layout(rows, np.arange(len(sizes)), None, None, len(sizes), float(sizes.max() / sizes.sum()))


def layout(items: Sequence[str], links: Mapping[str, Collection[str]], runs: Mapping[str, str] | None = None) -> Layout:
    """Of at least one item. An item without links stands alone; `runs` is item -> its run."""
    names: list[Names] = [
        frozenset((True, name) for name in links[item]) if links.get(item) else frozenset({(False, item)})
        for item in items
    ]
    sets = numbered(names)
    unique = list(dict.fromkeys(names))
    labels, touching, clusters = _grouped(unique)
    of_item = labels[sets]
    rows = numbered(list(zip(of_item.tolist(), [runs.get(item) for item in items], strict=True))) if runs else of_item
    firsts = np.unique(rows, return_index=True)[1]
    sizes = np.bincount(of_item).astype(np.float64)[:, None]
    return Layout(
        rows=rows,
        groups=of_item[firsts],
        touching=touching,
        runs=numbered([runs.get(items[first]) for first in firsts]) if runs else None,
        clusters=clusters,
        largest=float((sizes if touching is None else touching @ sizes).max() / len(items)),
    )


def _grouped(unique: Sequence[Names]) -> tuple[Integers, Any, int]:
    """Each set's group, which groups touch, and how many clusters there are.

    Sets that all share a name with one another are one group: nothing overlaps there.
    """
    if all(len(names) == 1 for names in unique):
        return np.arange(len(unique)), None, len(unique)
    from scipy.sparse.csgraph import connected_components

    incidence = _incidence(unique)
    touching = incidence @ incidence.T
    touching.data[:] = 1.0
    count, component = connected_components(touching, directed=False)
    sizes, pairs = np.bincount(component), np.bincount(component, weights=np.diff(touching.indptr))
    whole = pairs == sizes.astype(np.float64) ** 2
    if whole.all():
        return numbered(component.tolist()), None, count
    labels = numbered([(True, part) if whole[part] else (False, at) for at, part in enumerate(component.tolist())])
    firsts = np.unique(labels, return_index=True)[1]
    shared_names = np.asarray((incidence > 0).sum(axis=0)).ravel() > 1
    connecting = incidence[~whole[component]][:, shared_names].max(axis=0).sum() if shared_names.any() else 0
    return labels, touching[firsts][:, firsts], int(whole.sum() + max(connecting, count - whole.sum()))


def _incidence(unique: Sequence[Names]) -> Any:
    """Which set has which name, sparse."""
    from scipy import sparse

    columns = numbered([name for names in unique for name in names])
    rows = np.repeat(np.arange(len(unique)), [len(names) for names in unique])
    return sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(unique), int(columns.max()) + 1))


def by_group(layout: Layout, totals: Floats) -> Floats:
    """Rows' totals added up by group."""
    return summed(totals, layout.groups)
