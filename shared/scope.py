"""Which chunks a question may be shown: its filters, its labels and its `as_of` time, the same for every search."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.messages import Filters, Question

EVERYONE, LABEL = "everyone", "label:"


class Traits(Protocol):
    """What a scope looks at: passages, revisions and announcements have it."""

    @property
    def source(self) -> str: ...
    @property
    def tags(self) -> Collection[str]: ...
    @property
    def language(self) -> str: ...
    @property
    def labels(self) -> Collection[str]: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def first_seen_at(self) -> datetime: ...


@dataclass(frozen=True)
class Scope:
    """Which chunks a search may see: the question's filters, its labels and its `as_of` time.

    A chunk without labels is everyone's; one with labels is for questions that carry at least one of them.
    """

    filters: Filters = field(default_factory=Filters)
    as_of: datetime | None = None
    labels: frozenset[str] = frozenset()

    @classmethod
    def of(cls, question: Question, not_before: datetime | None = None) -> "Scope":
        """A question's scope; `not_before` cuts off what is too old to be kept."""
        wanted = question.filters
        if not_before is not None and (wanted.published_from is None or wanted.published_from < not_before):
            wanted = wanted.model_copy(update={"published_from": not_before})
        return cls(wanted, question.as_of, frozenset(question.labels))

    @property
    def readers(self) -> list[str]:
        """What `readers` of a chunk must name one of."""
        return [EVERYONE, *(f"{LABEL}{label}" for label in sorted(self.labels))]

    def admits(self, traits: Traits) -> bool:
        """Whether a chunk with these properties may be seen."""
        wanted = self.filters
        return (
            (not wanted.sources or traits.source in wanted.sources)
            and (not wanted.tags or not set(wanted.tags).isdisjoint(traits.tags))
            and (not wanted.languages or traits.language in wanted.languages)
            and (wanted.published_from is None or traits.published_at >= wanted.published_from)
            and (wanted.published_to is None or traits.published_at <= wanted.published_to)
            and (self.as_of is None or traits.first_seen_at <= self.as_of)
            and not set(self.readers).isdisjoint(readers(traits.labels))
        )


def readers(labels: Collection[str]) -> tuple[str, ...]:
    """Who may be shown a chunk with these labels, as a search index keeps it."""
    return tuple(f"{LABEL}{label}" for label in labels) or (EVERYONE,)


def labels_of(readers: Collection[str]) -> tuple[str, ...]:
    """The labels behind `readers`, sorted."""
    return tuple(sorted(reader.removeprefix(LABEL) for reader in readers if reader != EVERYONE))
