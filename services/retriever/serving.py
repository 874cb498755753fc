"""The encoder that questions are asked with, and its chunks: switched together, between two batches.

A new encoder is loaded beside the one that serves, which answers meanwhile. Where that one's table is no longer kept
up, questions wait for the new one instead. Passages are the same in both tables: whoever reads text may read either.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from services.retriever.recipes import RetrieveByContest
from shared import encoding
from shared.copies import CopiedChunks, Placed
from shared.encoding import Encoder
from shared.messages import EncoderChoice, EncodersAnnounced, EvidenceFound, Question
from shared.records import Effect, Record
from shared.scope import Scope
from shared.settings import EncoderSettings
from shared.stored import Candidate, ChunkKey, Passage, Vector
from shared.telemetry import metrics

Announced = Callable[[], Mapping[str, EncodersAnnounced]]
Handle = Callable[[Sequence[Record[Question]]], Iterator[Effect[EvidenceFound]]]
log = structlog.get_logger()


@dataclass(frozen=True)
class Held:
    """An encoder with the chunks that its vectors find."""

    encoder: Encoder
    chunks: CopiedChunks


class Serving:
    """Implements CopiedChunks over the serving encoder's table. `chunks` gives the table of an encoder's name.

    `switched` is called once another table is searched, and before anything is searched for in it.
    """

    def __init__(
        self,
        announced: Announced,
        configured: EncoderSettings,
        chunks: Callable[[str], CopiedChunks],
        load: Callable[[EncoderSettings], Encoder] = encoding.build,
        beside: Executor | None = None,
    ) -> None:
        self._announced = announced
        self._configured = configured
        self._chunks = chunks
        self._load = load
        self._beside = beside or ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self.switched: Callable[[], None] = lambda: None
        self._coming: dict[str, Future[Held]] = {}
        self._held = self._loaded(self._in_use()[0])

    @property
    def encoder(self) -> Encoder:
        return self._held.encoder

    def before(self, handle: RetrieveByContest) -> Handle:
        """The same handling, by the encoder that serves when a batch begins: no question is answered by two."""

        def keeping_up(batch: Sequence[Record[Question]]) -> Iterator[Effect[EvidenceFound]]:
            self.keep_up()
            return handle.encoded_by(self.encoder.encode, self.encoder.name)(batch)

        return keeping_up

    def keep_up(self) -> None:
        """Look for a switch; raises what loading raises only where the old encoder cannot serve any longer."""
        metrics.ENCODER.now("retriever", self.encoder.name)
        in_use = self._in_use()
        wanted, kept_up = in_use[0], {choice.name for choice in in_use}
        if wanted.name == self.encoder.name:
            self._coming.clear()
            return
        if wanted.name not in self._coming:
            self._coming = {wanted.name: self._beside.submit(self._loaded, wanted)}
        coming = self._coming[wanted.name]
        if self.encoder.name not in kept_up or (coming.done() and self._is_sound(wanted, coming)):
            self._held = coming.result()
            self.switched()
            log.info("encoder switched", encoder=self.encoder.name)

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        return self._held.chunks.nearest(vector, limit=limit, scope=scope)

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        return self._held.chunks.read(places)

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        return self._held.chunks.of_documents(document_ids)

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        return self._held.chunks.vectors(places)

    @property
    def copies(self) -> int:
        return self._held.chunks.copies

    def everywhere(self, document_ids: Sequence[str]) -> frozenset[str]:
        return self._held.chunks.everywhere(document_ids)

    def with_vectors(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Placed]]:
        return self._held.chunks.with_vectors(document_ids)

    def _in_use(self) -> list[EncoderChoice]:
        return encoding.in_use(self._announced(), self._configured)

    def _loaded(self, choice: EncoderChoice) -> Held:
        encoder = self._load(encoding.settings_of(choice, self._configured))
        return Held(encoder, self._chunks(encoder.name))

    def _is_sound(self, wanted: EncoderChoice, coming: "Future[Held]") -> bool:
        """Whether it could be loaded; where not, the old one goes on, and the next batch tries again."""
        error = coming.exception()
        if error is not None:
            del self._coming[wanted.name]
            log.error("the announced encoder cannot be loaded here", encoder=wanted.name, reason=str(error))
        return error is None
