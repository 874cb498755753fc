"""What ingest's outcomes go to, and in which order."""

from collections.abc import Callable

from services.ingest.ports import Outcome
from shared.messages import DocumentChunked
from shared.records import Effect
from shared.runner import Sink
from shared.stored import TakenDocument


def in_order(
    dispositions: Sink[Outcome],
    chunks: Sink[Outcome],
    documents: Sink[Outcome],
    signatures: Sink[Outcome],
    retractions: Sink[Outcome],
) -> list[Sink[Outcome]]:
    """The sinks as they are flushed.

    Dispositions first: what is announced is on the books, and a record that is delivered again gets the decision
    that it had instead of being found unchanged. Then the rows of what is revised or retracted: once that can be
    announced, nobody who reads documents finds what stood before. A new document replaces nothing; its rows and
    everything else may come after its chunks, since the record is not committed before all of it is there.
    """
    before, after = Some(documents, lambda made: not is_new(made)), Some(documents, is_new)
    return [dispositions, before, chunks, after, signatures, retractions]


class Some:
    """A part of what a sink gets, at a time of its own."""

    def __init__(self, sink: Sink[Outcome], takes: Callable[[Outcome], bool]) -> None:
        self._sink = sink
        self._takes = takes
        self._waiting: list[Effect[Outcome]] = []

    def write(self, effect: Effect[Outcome]) -> None:
        if self._takes(effect.outcome):
            self._waiting.append(effect)

    def flush(self) -> None:
        for effect in self._waiting:
            self._sink.write(effect)
        self._waiting.clear()
        self._sink.flush()


def is_new(outcome: Outcome) -> bool:
    """Whether nothing of the document was taken before."""
    return outcome.disposition.revision == 1


def chunked(outcome: Outcome) -> list[DocumentChunked]:
    """What the embedder must hear of."""
    return [outcome.chunked] if isinstance(outcome, TakenDocument) else []
