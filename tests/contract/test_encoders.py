"""What every encoder promises, held against each file of the folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import SecretStr
from sentence_transformers.sentence_transformer.modules import Pooling

from services.ingest.chunkers import tokens
from services.ingest.settings import IngestSettings
from shared import encoding, plugins
from shared.access import UnreachableError
from shared.encoders import onnx
from shared.encoders.sentence_transformers import TransformerEncoder
from shared.encoding import Encoder
from shared.models.onnx import fits_int8, pooling_of
from shared.records import InvalidMessageError
from shared.settings import EncoderSettings
from tests.cases import every_case
from tests.embedding_server import EmbeddingServer, serving

FOLDER = "shared.encoders"
NO_INT8 = not (onnx.CPU.is_file() and fits_int8(onnx.CPU.read_text()))
CASES: dict[str, dict[str, Any]] = {
    "hashing": {"variant": "hashing", "dimensions": 64},
    "sentence_transformers": {"variant": "sentence_transformers"},
    "onnx": {"variant": "onnx"},
    "onnx int8": {"variant": "onnx", "precision": "int8"},
    "openai": {"variant": "openai", "model": "someone/hash-64", "dimensions": 64, "batch": 2, "retries": 2},
}
NASTY = [
    "", " ", "\n", "a", "\u0000", "\u202eright to left\u202c", "e\u0301\u0301\u0301", "\U0001f9d1\u200d\U0001f680",
    "ﷺ" * 50, "日本語のニュース", "اخبار", "[CLS] [SEP] [PAD] [MASK]", "\ufffd\uffff", "x" * 5_000, "word " * 2_000,
]  # fmt: skip
NEWS = [
    "The lantern fair moves to the old harbour this year.",
    "Trams on the third line run every six minutes from Monday.",
    "Harbour",
    "The council voted nine to four for the new lock, whose gates are to be built by a yard upstream. " * 5,
    "Rain until Thursday.",
]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddingServer]:
    with serving(64) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Models are exported once for all tests, and not into the checkout's own folder."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILTYARD_HOME", str(folder))
        yield folder


LIGHT = ("hashing", "openai")
REFUSED = pytest.mark.skipif(NO_INT8, reason="int8 is refused on this processor, which has no VNNI")


def marks_of(case: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.e2e, *([REFUSED] if case == "onnx int8" else [])]


PARAMETERS = [case if case in LIGHT else pytest.param(case, marks=marks_of(case)) for case in CASES]


@pytest.fixture(scope="module", params=PARAMETERS)
def settings(request: pytest.FixtureRequest, server: EmbeddingServer) -> EncoderSettings:
    return EncoderSettings(**CASES[request.param], url=server.url)


@pytest.fixture(scope="module")
def encoder(settings: EncoderSettings) -> Encoder:
    return encoding.build(settings)


@pytest.fixture
def remote(server: EmbeddingServer) -> Encoder:
    return encoding.build(EncoderSettings(**CASES["openai"], url=server.url))


def test_every_file_of_the_folder_is_held_to_this_contract() -> None:
    assert {case["variant"] for case in CASES.values()} == set(plugins.names(FOLDER))


def test_the_name_is_known_without_loading_and_the_dimensions_are_those_configured(
    settings: EncoderSettings, encoder: Encoder
) -> None:
    assert encoder.name == encoding.name_of(settings)
    assert encoder.dimensions == settings.dimensions


def test_no_two_encoders_share_a_name() -> None:
    names = [encoding.name_of(EncoderSettings(**case)) for case in CASES.values()]
    assert len(set(names)) == len(names)


def test_vectors_are_single_precision_and_of_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(NEWS)

    assert vectors.shape == (len(NEWS), encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_the_same_text_gives_the_same_vector(settings: EncoderSettings, encoder: Encoder) -> None:
    again = encoding.build(settings)

    assert np.array_equal(encoder.encode(NEWS), encoder.encode(NEWS))
    assert np.allclose(encoder.encode(NEWS), again.encode(NEWS), atol=1e-6)


def test_a_vector_does_not_depend_on_its_neighbours_or_its_place(encoder: Encoder) -> None:
    texts = [*NEWS, *NASTY]
    together, alone = encoder.encode(texts), np.concatenate([encoder.encode([text]) for text in texts])

    assert np.allclose(together, alone, atol=1e-4)
    assert np.allclose(encoder.encode(texts[::-1])[::-1], together, atol=1e-4)


def test_any_text_has_a_vector_that_cosine_can_compare(encoder: Encoder) -> None:
    with every_case() as case:
        for text in NASTY:
            with case(ascii(text[:40])):
                (vector,) = encoder.encode([text])
                assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_different_texts_have_different_vectors(encoder: Encoder) -> None:
    vectors = encoder.encode(NEWS)

    assert np.max(np.dot(vectors, vectors.T) - np.eye(len(NEWS))) < 0.99


def test_a_tokenizer_is_a_file_that_the_chunker_reads_or_words_are_counted(settings: EncoderSettings) -> None:
    if encoding.tokenizer_of(settings) is None:
        with pytest.raises(ValueError, match="TILTYARD_INGEST_CHUNKER=words"):
            tokens.build(IngestSettings(), settings)
    else:
        assert tokens.build(IngestSettings(), settings)("Fair", "2025-03-03", NEWS[0])


def test_other_dimensions_than_configured_are_refused_with_the_right_number(settings: EncoderSettings) -> None:
    other = settings.model_copy(update={"dimensions": 7})
    if settings.variant == "hashing":  # which gives any
        assert encoding.build(other).encode(NEWS).shape == (len(NEWS), 7)
    else:
        with pytest.raises(ValueError, match=f"set it to {settings.dimensions}"):
            encoding.build(other)


@pytest.mark.parametrize("count", [1, 3, 20])
def test_torch_gives_no_text_a_second_thread(count: int) -> None:
    class Counting:
        """A model that gives torch's number of threads as its vectors."""

        max_seq_length = 8

        def get_embedding_dimension(self) -> int:
            return 1

        def encode(self, texts: list[str], **_: Any) -> Any:
            return np.full((len(texts), 1), torch.get_num_threads())

    assert set(TransformerEncoder("counting", Counting(), threads=2).encode(["text"] * count)[:, 0]) == {1.0}


@pytest.mark.e2e
def test_onnx_gives_the_vectors_that_torch_gives() -> None:
    expected = encoding.build(EncoderSettings()).encode([*NEWS, *NASTY])
    made = encoding.build(EncoderSettings(variant="onnx")).encode([*NEWS, *NASTY])

    assert np.min(np.sum(made * expected, axis=1)) >= 0.9999


@pytest.mark.e2e
def test_a_model_is_exported_once_and_whole(home: Path) -> None:
    encoding.build(EncoderSettings(variant="onnx"))
    (folder,) = [path for path in (home / "models").iterdir() if path.is_dir()]
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    onnx.build(EncoderSettings(variant="onnx"))

    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert set(before) == {"fp32.onnx", "int8.onnx", "tokenizer.json", "card.json"}


class Transformer:
    """As far as the question of pooling goes."""


class Dense:
    """A part that the export does not know."""


def test_parts_that_cannot_be_exported_are_refused_by_name() -> None:
    assert pooling_of([Transformer(), Pooling(4, "mean")]) == "mean"
    assert pooling_of([Transformer(), Pooling(4, "cls")]) == "cls"
    with pytest.raises(ValueError, match="pooling max; there are mean and cls"):
        pooling_of([Transformer(), Pooling(4, "max")])
    with pytest.raises(ValueError, match="Dense"):
        pooling_of([Transformer(), Pooling(4, "mean"), Dense()])


def test_int8_wants_a_processor_that_does_not_overflow() -> None:
    assert fits_int8("processor : 0\nflags\t\t: fpu avx2 avx_vnni\n")
    assert not fits_int8("processor : 0\nflags\t\t: fpu avx2\n")
    assert fits_int8("processor : 0\nFeatures : asimddp\n")


def test_a_hub_name_cannot_be_exported() -> None:
    with pytest.raises(ValueError, match="from a model's folder"):
        encoding.build(EncoderSettings(variant="onnx", model="someone/model"))


def test_a_remote_encoder_is_asked_in_batches_with_its_key_and_model(server: EmbeddingServer) -> None:
    settings = EncoderSettings(**CASES["openai"], url=server.url, api_key=SecretStr("sesame"))
    remote = encoding.build(settings)
    server.requests.clear()

    remote.encode(["one", "two", "three"])

    assert [request["input"] for request in server.requests] == [["one", "two"], ["three"]]
    assert {(request["model"], request["key"]) for request in server.requests} == {("someone/hash-64", "Bearer sesame")}
    assert "sesame" not in repr(settings)


def test_a_server_that_is_away_for_a_moment_is_asked_again_but_not_for_ever(
    server: EmbeddingServer, remote: Encoder
) -> None:
    server.answers = [503, 429]
    assert len(remote.encode(["fair"])) == 1

    server.answers = [503] * 3
    with pytest.raises(Exception, match="503"):
        remote.encode(["fair"])


def test_a_text_that_the_server_refuses_is_buried_without_being_repeated(
    server: EmbeddingServer, remote: Encoder
) -> None:
    server.answers = [400]
    with pytest.raises(InvalidMessageError) as refused:
        remote.encode(["a secret"])

    assert "secret" not in str(refused.value)


def test_a_server_that_changes_its_dimensions_is_not_believed(server: EmbeddingServer, remote: Encoder) -> None:
    with serving(32) as other:
        server.encoder, kept = other.encoder, server.encoder
        with pytest.raises(RuntimeError, match="32"):
            remote.encode(["fair"])
        server.encoder = kept


def test_a_remote_encoder_says_at_the_start_what_is_wrong(server: EmbeddingServer) -> None:
    there = EncoderSettings(**CASES["openai"], url=server.url)
    with pytest.raises(ValueError, match="TILTYARD_ENCODER_URL"):
        encoding.build(there.model_copy(update={"url": ""}))
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
        encoding.build(there.model_copy(update={"url": "http://127.0.0.1:9/v1", "retries": 0}))
    server.answers = [401]
    with pytest.raises(ValueError, match="401"):
        encoding.build(there)
    with pytest.raises(ValueError, match="TILTYARD_ENCODER_TOKENIZER"):
        encoding.tokenizer_of(there.model_copy(update={"tokenizer": "/no/file.json"}))
