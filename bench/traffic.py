"""Kinds of traffic as news has it, made from a seed: what is asked about which document, and which arms are right.

All arms are equally good in each of them: whoever calls one better is misled.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from shared.question_clusters import Clusters
from shared.statistics.resampling import Floats

ARMS = 4
Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Stream:
    """`streams` streams of `length` results each.

    `documents`: the cluster of each question, shape (length, streams). `also`: a second one, where a question is about
    documents of two; else the same. `values`: 1 where an arm is right, shape (length, streams, arms). `expected`: the
    average chance of being right so far, after each result. `corrected`: the values as they stand `late` results later.
    """

    documents: Numbers
    values: Floats
    expected: Floats
    also: Numbers
    corrected: Floats | None = None
    late: int = 300

    @property
    def length(self) -> int:
        return len(self.documents)

    @property
    def streams(self) -> int:
        return len(self.documents[0])


def lone(draw: np.random.Generator, streams: int, length: int, *, first: float = 0.5, last: float = 0.5) -> Stream:
    """Every question is about a document of its own, and half of the luck is shared by all arms."""
    documents = np.repeat(np.arange(length)[:, None], streams, axis=1)
    chances = np.linspace(first, last, length)
    return _stream(documents, (_luck(draw, (length, streams)) < chances[:, None, None]).astype(np.float64), chances)


def popular(
    draw: np.random.Generator, streams: int, length: int, *, documents: int = 1_000, alike: float = 0.5
) -> Stream:
    """Popularity by Zipf's law, three questions a document, asked again and again; `alike`: see `_known`."""
    shares = 1 / np.arange(1.0, documents + 1)
    asked = draw.choice(documents, size=(length, streams), p=shares / shares.sum())
    return _stream(asked, _known(draw, asked, questions=3, alike=alike))


def corrected(draw: np.random.Generator, streams: int, length: int) -> Stream:
    """The same; one value in five is another one 300 results later, as luck has it."""
    stream = popular(draw, streams, length)
    again = _known(draw, stream.documents, questions=3, alike=0.5)
    changes = draw.random((length, streams, 1)) < 0.2
    return Stream(
        stream.documents, stream.values, stream.expected, stream.also, np.where(changes, again, stream.values)
    )


def dominated(draw: np.random.Generator, streams: int, length: int) -> Stream:
    """Half of all questions are about one document, of which all arms either know all or nothing."""
    others = draw.integers(1, 1_000, (length, streams))
    asked = np.where(draw.random((length, streams)) < 0.5, 0, others)
    return _stream(asked, _known(draw, asked, questions=3, alike=1.0))


def bursts(draw: np.random.Generator, streams: int, length: int) -> Stream:
    """Thirty questions about one document, then thirty about the next."""
    asked = np.repeat(np.arange(length)[:, None] // 30, streams, axis=1)
    return _stream(asked, _known(draw, asked, questions=30, alike=0.5))


def passing(draw: np.random.Generator, streams: int, length: int) -> Stream:
    """A document comes every two questions; what is asked is about one of the last thirty, and gets harder."""
    asked = np.maximum(0, np.arange(length)[:, None] // 2 - draw.integers(0, 30, (length, streams)))
    chances = np.linspace(0.9, 0.2, length // 2 + 1)
    values = _known(draw, asked, questions=3, alike=0.5, chances=chances)
    # of a document all questions have its chance
    return _stream(asked, values, chances[asked])


def rounds(draw: np.random.Generator, streams: int, length: int) -> Stream:
    """Five hundred documents are asked about in turn, each time something new, by luck alone."""
    asked = np.repeat(np.arange(length)[:, None] % 500, streams, axis=1)
    return _stream(asked, (_luck(draw, (length, streams)) < 0.5).astype(np.float64))


def bridged(draw: np.random.Generator, streams: int, length: int) -> Stream:
    """Two hundred documents; three questions in ten need two of them, and are what either document makes them."""
    pairs = draw.integers(0, 200, (2, length, streams))
    alone = draw.random((length, streams)) > 0.3
    pairs[1] = np.where(alone, pairs[0], pairs[1])
    either = pairs[draw.integers(0, 2, (length, streams)), np.arange(length)[:, None], np.arange(streams)]
    values = _known(draw, either, questions=3, alike=0.8)
    numbers = np.zeros_like(pairs)
    for stream in range(streams):
        clusters = Clusters(sqlite3.connect(":memory:"))
        for at in range(length):
            of = clusters.of([str(name) for name in dict.fromkeys(pairs[:, at, stream].tolist())])
            numbers[:, at, stream] = of[0], of[-1]
    return _stream(numbers[0], values, also=numbers[1])


TRAFFICS: dict[str, Callable[[np.random.Generator, int, int], Stream]] = {
    "every question about a document of its own": lone,
    "the same, chances falling from 90 to 20 %": partial(lone, first=0.9, last=0.2),
    "Zipf, three questions a document, half the luck the document's": popular,
    "Zipf, all the luck the document's": partial(popular, alike=1.0),
    "Zipf over 200 documents": partial(popular, documents=200),
    "Zipf, one value in five corrected late": corrected,
    "half of all questions about one document": dominated,
    "bursts of thirty about one document": bursts,
    "news that pass, and get harder": passing,
    "500 documents asked in turn": rounds,
    "three questions in ten about two of 200 documents": bridged,
}


def _luck(draw: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Uniform numbers of each arm; in half of the cases one for all arms, as a question is hard for all."""
    alone, shared = draw.random((*shape, ARMS)), draw.random((*shape, 1))
    return np.where(draw.random((*shape, 1)) < 0.5, shared, alone)


def _known(
    draw: np.random.Generator,
    asked: Numbers,
    *,
    questions: int,
    alike: float,
    chances: Floats | float = 0.5,
) -> Floats:
    """Whether each arm is right: always the same to the same question; `questions` different ones of each document.

    `alike` is the share of an arm's answers about a document that are all right or all wrong.
    """
    streams, count = asked.shape[1], int(asked.max()) + 1
    own = _luck(draw, (streams, count, questions))
    document = _luck(draw, (streams, count, 1))
    luck = np.where(draw.random((streams, count, questions, ARMS)) < alike, document, own)
    every = np.broadcast_to(np.asarray(chances), (count,)) if np.ndim(chances) == 0 else np.asarray(chances)[:count]
    right = luck < every[:, None, None]
    return right[np.arange(streams), asked, draw.integers(0, questions, asked.shape)].astype(np.float64)


def _stream(asked: Numbers, values: Floats, chances: Floats | float = 0.5, also: Numbers | None = None) -> Stream:
    """`chances`: of each result, for all streams or for each."""
    every = np.broadcast_to(np.asarray(chances), (len(asked),)) if np.ndim(chances) < 2 else np.asarray(chances)
    counts = np.arange(1, len(asked) + 1)
    expected = np.cumsum(every, axis=0) / (counts if every.ndim == 1 else counts[:, None])
    return Stream(asked, values, expected, asked if also is None else also)
