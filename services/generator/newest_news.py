"""The documents that everyone may read, newest first, as a view of the announcements: for prompts that hold them all.

An announcement says which revision is live, and the store what it says: a view may be ahead of the announcements and is
never behind what it has read. Nothing is followed, and no store is needed, until somebody asks. While the store or the
announcements are away, whoever asks for documents is told so, and nobody else is held up.
"""

import time
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from services.generator.adapters import Handle
from services.generator.outages import AwayError, Reached
from shared.access import FAILOVER_S
from shared.messages import Answer, DocumentIndexed
from shared.records import Effect, RawRecord, Record, key_of, understood
from shared.retention import FOREVER, Retention
from shared.stored import StoredDocument

AT_ONCE, READ_TOGETHER = 500, 64


class Announcements(Protocol):
    """A topic followed from end to end, without a group."""

    def seek(self, offsets: Mapping[int, int]) -> bool: ...
    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]: ...
    def offsets(self) -> Mapping[int, int]: ...
    def ends(self) -> Mapping[int, int]: ...


class DocumentTexts(Protocol):
    """The store of documents, as far as it is needed here."""

    def standing(self, document_ids: Iterable[str]) -> Mapping[str, StoredDocument]:
        """The newest revision of each document that is still kept; a retracted one has no text.

        Raises OSError where the store does not answer.
        """


@dataclass(frozen=True)
class Announced:
    """What the newest announcement of a document says; `shown`: it is live, and everyone may read it."""

    revision: int
    published_at: datetime
    shown: bool


class NewestNews:
    """Follows announcements from its first use on. About 300 bytes a document, and the texts that were asked for."""

    def __init__(
        self,
        announcements: Callable[[], Announcements],
        texts: Callable[[], DocumentTexts],
        keep: Retention = FOREVER,
    ) -> None:
        self._open_announcements, self._open_texts, self._keep = announcements, texts, keep
        self._announcements: Announcements | None = None
        self._texts: DocumentTexts | None = None
        self._followed = False
        self._known: dict[str, Announced] = {}
        self._order: list[tuple[datetime, str]] = []  # of those that are shown, oldest first
        self._read: dict[str, StoredDocument | None] = {}  # None: it is not kept any more
        self._reach = 0  # so many of the newest were asked for, at most
        self._behind = ""  # why not all is known that was announced
        self._store, self._topic = Reached("the store of documents"), Reached("the announcements of documents")

    def require(self) -> None:
        """Follow from now on, with all that was announced before the call. Raises AwayError where it cannot."""
        if self._followed:
            return
        with self._store.trying():
            self._texts = self._texts or self._open_texts()  # what is open is kept for the next try
        with self._topic.trying():
            self._announcements = self._announcements or self._open_announcements()
            self._announcements.seek({})
            self._take_in(self._announcements)
        self._followed = True

    def keep_up(self) -> None:
        """Take in all that was announced before the call; nothing, while nobody has asked for documents.

        Raises AwayError where nothing comes for half a minute though there is more, or that was so a moment ago;
        until it succeeds, no documents are given out.
        """
        if not self._followed or self._announcements is None:
            return
        try:
            with self._topic.trying():
                self._take_in(self._announcements)
        except AwayError as error:
            self._behind = str(error)
            raise
        self._behind = ""

    def _take_in(self, announcements: Announcements) -> None:
        ends, heard = announcements.ends(), time.monotonic()
        while any(announcements.offsets().get(partition, 0) < end for partition, end in ends.items()):
            for record in announcements.poll(AT_ONCE, 0.1):
                heard = time.monotonic()
                self._take(record)
            if time.monotonic() > heard + FAILOVER_S:
                raise ConnectionError(f"of the announced documents nothing was read for {FAILOVER_S:g} s")
        self._let_expire()
        kept = {name for _, name in self._order[-(self._reach + READ_TOGETHER) :]}
        self._read = {name: document for name, document in self._read.items() if name in kept}

    def before(self, handle: Handle) -> Handle:
        """The same handling, with a look at the announcements before each batch; arms that need none go on without."""

        def keeping_up(batch: Sequence[Record[Any]]) -> Iterator[Effect[Answer]]:
            with suppress(AwayError):
                self.keep_up()
            return handle(batch)

        return keeping_up

    def newest_first(self) -> Iterator[StoredDocument]:
        """Live documents that everyone may read, by `published_at`; the store is read as far as this is followed.

        Raises AwayError where the store does not answer, or not all is known that was announced.
        """
        self.require()
        if self._behind:
            raise AwayError(self._behind)
        for end in range(len(self._order), 0, -READ_TOGETHER):
            names = [name for _, name in reversed(self._order[max(0, end - READ_TOGETHER) : end])]
            self._fetch([name for name in names if name not in self._read])
            for place, document in enumerate(map(self._read.get, names), start=len(self._order) - end + 1):
                self._reach = max(self._reach, place)
                if document is not None and not (document.revision.retracted or document.revision.labels):
                    yield document

    def _fetch(self, names: Sequence[str]) -> None:
        if names and self._texts is not None:
            with self._store.trying():
                self._read |= dict.fromkeys(names) | dict(self._texts.standing(names))

    def _let_expire(self) -> None:
        """What has outlived its time is shown no more."""
        if (not_before := self._keep.not_before) is not None:
            for _, name in self._order[: bisect_left(self._order, (not_before, ""))]:
                self._put(name, replace(self._known[name], shown=False))

    def _take(self, record: RawRecord) -> None:
        """An older announcement may come again; one without a value takes its document out."""
        if record.value is None:
            self._put(key_of(record), None)
        for _, said in understood(DocumentIndexed, [record]):
            known = self._known.get(said.document_id)
            if known is None or said.revision >= known.revision:
                shown = not (said.retracted or said.labels)
                self._put(said.document_id, Announced(said.revision, said.published_at, shown))

    def _put(self, name: str, announced: Announced | None) -> None:
        known = self._known.pop(name, None)
        if known is not None and known.shown:
            del self._order[bisect_left(self._order, (known.published_at, name))]
        self._read.pop(name, None)
        if announced is not None:
            self._known[name] = announced
            if announced.shown:
                insort(self._order, (announced.published_at, name))
