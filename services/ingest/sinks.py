"""What ingest's outcomes go to, and in which order."""

from collections.abc import Callable

from shared.messages import DocumentChunked
from shared.records import Effect
from shared.runner import Sink
from shared.stored import DocumentOutcome, TakenDocument


def in_order(
    dispositions: Sink[DocumentOutcome],
    chunks: Sink[DocumentOutcome],
    documents: Sink[DocumentOutcome],
    signatures: Sink[DocumentOutcome],
    retractions: Sink[DocumentOutcome],
) -> list[Sink[DocumentOutcome]]:
    """The sinks as they are flushed.

    Dispositions first: what is announced has one, and a record that is delivered again gets the decision that it had
    instead of being found unchanged. Then the rows of what is revised or retracted: once that can be announced, nobody
    who reads documents finds what stood before. A new document replaces nothing; its rows and everything else may
    come after its chunks, since the record is not committed before all of it is there.
    """
    before, after = Some(documents, lambda outcome: not is_new(outcome)), Some(documents, is_new)
    return [dispositions, before, chunks, after, signatures, retractions]


class Some:
    """A part of what a sink gets, at a time of its own."""

    def __init__(self, sink: Sink[DocumentOutcome], takes: Callable[[DocumentOutcome], bool]) -> None:
        self._sink = sink
        self._takes = takes
        self._waiting: list[Effect[DocumentOutcome]] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        if self._takes(effect.outcome):
            self._waiting.append(effect)

    def flush(self) -> None:
        for effect in self._waiting:
            self._sink.write(effect)
        self._waiting.clear()
        self._sink.flush()


def is_new(outcome: DocumentOutcome) -> bool:
    """Whether nothing of the document was taken before."""
    return outcome.disposition.revision == 1


def chunked(outcome: DocumentOutcome) -> list[DocumentChunked]:
    """What the embedder must hear of."""
    return [outcome.chunked] if isinstance(outcome, TakenDocument) else []
