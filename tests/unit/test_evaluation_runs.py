"""Runs of an evaluation: the retriever's own searches over a small corpus, kept vectors, and what the report says."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from services.ingest.cut import cut
from services.ingest.settings import IngestSettings
from services.retriever.evaluation import corpus, folder, report, runs, vectors
from services.retriever.settings import RetrieverSettings
from shared.collections import collection
from shared.collections.collection import Collection
from shared.jobs.cut import CuttingDone, DocumentsCut
from shared.jobs.retrieval_evaluation import Mean
from shared.lab.retrieval import in_words
from shared.memory.chunks import MemoryChunks
from shared.messages import Chunk, DocumentPublished
from shared.settings import EncoderSettings
from tests.builders import NOON, a_chunked_document, a_document, a_question


def in_memory(tmp_path: Path, documents: Sequence[DocumentPublished], names: Sequence[str]) -> runs.PreparedRuns:
    """The named runs over documents that ingest cut, encoded by hashing."""
    encoder = EncoderSettings(variant="hashing", dimensions=64)
    kept, store = vectors.KeptVectors(encoder, tmp_path / "vectors"), MemoryChunks()
    chunked = [
        a_chunked_document(
            document_id=document.document_id,
            published_at=document.published_at,
            first_seen_at=document.first_seen_at or document.published_at,
            chunks=tuple(Chunk(position=n, text=text) for n, text in enumerate(document.text.split("|"))),
        )
        for document in documents
    ]
    announcements = corpus.fill(store, chunked, kept, unheard)
    return runs.prepared(names, RetrieverSettings(), store, announcements=announcements, vectors=kept)


def unheard(*_: object) -> None:
    """Progress that nobody listens to."""


@pytest.mark.parametrize("name", ["dense", "bm25", "tfidf", "rrf", "weighted", "weighted+recency", "rrf+recency@plain"])
def test_every_run_is_the_retrievers_own_and_counts_documents(tmp_path: Path, name: str) -> None:
    documents = [
        a_document(
            document_id="fair", text="The lantern fair moves to the harbour.|The lantern fair has a new harbour."
        ),
        a_document(document_id="tram", text="The tram line opens on Sunday."),
    ]
    rankings = in_memory(tmp_path, documents, [name]).run_all([a_question()], NOON, unheard)

    listed = [document for document, _ in rankings[name]["q-1"]]
    assert listed[0] == "fair"
    assert len(listed) == len(set(listed))


def test_a_question_does_not_find_what_was_first_seen_after_it_was_asked(tmp_path: Path) -> None:
    late = a_document(
        document_id="late", text="The lantern fair is at the harbour.", first_seen_at=NOON.replace(hour=13)
    )
    early = a_document(document_id="early", text="The lantern fair is in the fields.")
    names = ["dense", "bm25", "tfidf", "weighted"]
    rankings = in_memory(tmp_path, [early, late], names).run_all([a_question(as_of=NOON)], NOON, unheard)

    for name in names:
        assert [document for document, _ in rankings[name]["q-1"]] == ["early"]


@pytest.mark.parametrize("name", ["sparse", "dense+newest", "dense@backwards"])
def test_a_run_that_is_not_there_is_answered_with_what_there_is(name: str) -> None:
    with pytest.raises(ValueError, match="choose one of"):
        runs.settings_of(name, RetrieverSettings())


def test_a_runs_name_says_what_its_settings_are() -> None:
    usual = RetrieverSettings()

    assert runs.usual(usual)[0] == runs.name_of(usual)
    for name in (*runs.usual(usual), "bm25+recency"):
        assert runs.name_of(runs.settings_of(name, usual)) == name


def test_what_was_encoded_once_is_not_encoded_again(tmp_path: Path) -> None:
    settings, told = EncoderSettings(variant="hashing", dimensions=16), list[tuple[int, int]]()
    first = vectors.KeptVectors(settings, tmp_path).encode(["one", "two", "one"])
    (tmp_path / "left.part").write_text("half writ")
    again = vectors.KeptVectors(settings, tmp_path).encode(
        ["two", "three", "one"], lambda done, total: told.append((done, total))
    )

    assert told == [(1, 1)], "only the third is new"
    assert np.array_equal(again[[2, 0, 2]], first)
    other = vectors.KeptVectors(EncoderSettings(variant="hashing", dimensions=32), tmp_path).encode(["one"])
    assert other.shape == (1, 32), "vectors of two encoders are never mixed up"


def test_a_report_compares_every_run_with_the_baseline_on_every_level(tmp_path: Path) -> None:
    asked = [a_question(question_id=f"q-{n}") for n in range(4)]
    qrels = {"gold": {"q-0": ("a",), "q-1": ("b",)}, "silver": {"q-2": ("a",)}}
    rankings = {
        "good": {"q-0": [("a", 1.0)], "q-1": [("b", 1.0)], "q-2": [("a", 1.0)]},
        "bad": {"q-0": [("b", 1.0), ("a", 0.5)], "q-1": [], "q-2": [("a", 1.0)]},
    }
    documents = [a_document(document_id="a"), a_document(document_id="b")]
    about = Collection("any", documents, asked, qrels)
    levels = report.levels(about, rankings, "good")
    report.write_trec(tmp_path, about, rankings)

    assert about.without_gold == 1
    assert levels["gold"].runs["bad"]["MRR@10"].mean == 0.25
    assert levels["gold"].differences["bad"]["Hits@1"].model_dump() == {
        "n": 2,
        "mean": -1.0,
        "ci95": pytest.approx((-1.0, 0.684), abs=0.001),
        "interval": "fixed_size",
    }
    assert levels["silver"].questions == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.run", "gold.qrels", "good.run", "silver.qrels"]


def test_a_collection_goes_through_a_folder_unchanged(tmp_path: Path) -> None:
    newswire = collection.load([Path("services/console/newswire")])
    folder.save(newswire, tmp_path)

    assert folder.opened(tmp_path).judged == newswire.judged
    assert folder.opened(tmp_path).documents == newswire.documents


def test_documents_are_cut_as_ingest_cuts_them() -> None:
    settings, encoder = IngestSettings(chunker="words"), EncoderSettings(variant="hashing")
    events: list[DocumentsCut | CuttingDone] = []
    documents = [
        a_document(),
        a_document(),
        a_document(text="Corrected: it does not move."),
        a_document(document_id="blank", text=" "),
        a_document(op="retract", text=""),
    ]
    made = list(cut(documents, events.append, settings, encoder=encoder))

    assert [(chunked.revision, chunked.retracted, len(chunked.chunks)) for chunked in made] == [
        (1, False, 1),
        (2, False, 1),
        (3, True, 0),
    ]
    assert events[-1] == CuttingDone(done=5, dropped=1, refused=1)


def test_a_difference_is_put_in_words() -> None:
    def difference(mean: float, low: float, high: float) -> Mean:
        return Mean(n=10, mean=mean, ci95=(low, high), interval="fixed_size")

    assert in_words(difference(-0.06, -0.1, -0.02)) == "-0.060 (-0.100 to -0.020) worse"
    assert in_words(difference(0.06, 0.02, 0.1)).endswith("better")
    assert in_words(difference(0.0, -0.1, 0.1)).endswith("not told apart")
