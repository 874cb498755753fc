"""`python -m bench.encoders`: one model run by torch, by ONNX Runtime in fp32 and in int8: how fast, and how good.

Prints one JSON object. Times are taken in turns, so that a noisy machine is equally noisy to all; each is the median
with the best beside it. Quality is that of exact search by cosine on real questions, over whole documents as far as
the model reads them, and without regard to time. The data is not part of the project: `TILTYARD_REAL_DATA` names it.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np

from services.retriever.evaluation import measures
from shared import encoding
from shared.collections import collection
from shared.collections.collection import Collection
from shared.encoding import Encoder
from shared.settings import EncoderSettings
from shared.stored import Vector

ENCODERS: Mapping[str, EncoderSettings] = {
    "torch": EncoderSettings(variant="sentence_transformers"),
    "onnx fp32": EncoderSettings(variant="onnx"),
    "onnx int8": EncoderSettings(variant="onnx", precision="int8"),
}
SETS = {"xquad": ("xquad.en.json", None), "mhr500": ("mhr500.documents.jsonl", "mhr500.questions.jsonl")}
MEASURES = ("nDCG@10", "Hits@10")
AS_SERVICES_RUN = {"OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
WORDS, ROUNDS, AT_ONCE, DEPTH = 110, 40, 64, 100
PERMITTED_LOSS = 0.005  # of nDCG@10, relative: more, and a faster encoder does not count


def measure(folder: Path) -> dict[str, Any]:
    """Every figure; takes about ten minutes on two cores."""
    sets = {name: _read(folder, *files) for name, files in SETS.items()}
    encoders = {name: encoding.build(settings) for name, settings in ENCODERS.items()}
    chunks = _chunks(sets["xquad"])
    quality = {
        name: {of: _quality(encoder, test_set) for of, encoder in encoders.items()} for name, test_set in sets.items()
    }
    return {
        "threads": ENCODERS["torch"].threads,
        "one_chunk_of_110_words_ms": _one_chunk(encoders, chunks),
        "chunks_per_s": _bulk(encoders, chunks[:AT_ONCE]),
        "cosine_to_torch": _likeness(encoders, chunks),
        "quality": quality,
        "nDCG@10_against_torch": {name: _against_torch(of_set) for name, of_set in quality.items()},
        "int8_counts": all(_against_torch(of_set)["onnx int8"] >= -PERMITTED_LOSS for of_set in quality.values()),
    }


def _read(folder: Path, documents: str, questions: str | None) -> Collection:
    return collection.load([folder / documents, *([folder / questions] if questions else [])])


def _chunks(read: Collection) -> list[str]:
    """Passages of 110 words, one after the other."""
    words = " ".join(document.text for document in read.documents).split()
    return [" ".join(words[start : start + WORDS]) for start in range(0, len(words) - WORDS, WORDS)]


def _one_chunk(encoders: Mapping[str, Encoder], chunks: Sequence[str]) -> dict[str, Any]:
    """The time of one chunk alone: what freshness pays."""
    taken: dict[str, list[float]] = {name: [] for name in encoders}
    for number in range(ROUNDS + 3):
        for name, encoder in encoders.items():
            seconds = _seconds(encoder, [chunks[number % len(chunks)]])
            taken[name] += [1000 * seconds] if number >= 3 else []
    return {name: {"median": round(median(ms), 1), "best": round(min(ms), 1)} for name, ms in taken.items()}


def _bulk(encoders: Mapping[str, Encoder], chunks: Sequence[str]) -> dict[str, Any]:
    """Chunks a second in calls of 64: what ingesting in bulk is bounded by."""
    rates: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(7):
        for name, encoder in encoders.items():
            rates[name].append(len(chunks) / _seconds(encoder, chunks))
    return {name: {"median": round(median(rate), 1), "best": round(max(rate), 1)} for name, rate in rates.items()}


def _seconds(encoder: Encoder, texts: Sequence[str]) -> float:
    begun = time.perf_counter()
    encoder.encode(texts)
    return time.perf_counter() - begun


def _likeness(encoders: Mapping[str, Encoder], chunks: Sequence[str]) -> dict[str, Any]:
    """Cosine between an encoder's vector of a chunk and torch's."""
    torch = encoders["torch"].encode(chunks)
    return {name: _spread(np.sum(torch * encoder.encode(chunks), axis=1)) for name, encoder in encoders.items()}


def _spread(cosines: Vector) -> dict[str, float]:
    return {"mean": round(float(cosines.mean()), 5), "least": round(float(cosines.min()), 5)}


def _quality(encoder: Encoder, read: Collection) -> dict[str, float]:
    """Means over the judged questions of exact search by cosine over titles and texts."""
    documents = encoder.encode([f"{document.title}\n{document.text}".strip() for document in read.documents])
    questions = encoder.encode([question.text for question in read.judged])
    ids = [document.document_id for document in read.documents]
    run = {
        question.question_id: _best(ids, scores)
        for question, scores in zip(read.judged, np.dot(questions, documents.T), strict=True)
    }
    values = measures.values(run, read.qrels["gold"])
    return {name: round(fmean(values[name]), 4) for name in MEASURES}


def _best(ids: Sequence[str], scores: Vector) -> list[tuple[str, float]]:
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    return list(zip([ids[place] for place in order], measures.falling(scores[order].tolist()), strict=True))


def _against_torch(of_set: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Relative difference in nDCG@10; -0.005 is half a per cent worse."""
    torch = of_set["torch"]["nDCG@10"]
    return {name: round(values["nDCG@10"] / torch - 1.0, 4) for name, values in of_set.items()}


def main(run: Callable[[Path], dict[str, Any]] = measure) -> int:
    """Measure and print; without the data, say so and measure nothing."""
    os.environ.update(AS_SERVICES_RUN)  # before torch is imported
    folder = Path(os.environ.get("TILTYARD_REAL_DATA", "../shared/data"))
    missing = [name for names in SETS.values() for name in names if name and not (folder / name).is_file()]
    report = {"skipped": f"no {', '.join(missing)} in {folder}; set TILTYARD_REAL_DATA"} if missing else run(folder)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
