"""Encoders as they are announced: a message names a model, and opens nothing that the process may not load."""

from pathlib import Path

import pytest

from shared import encoding
from shared.messages import EncoderChoice
from shared.settings import EncoderSettings


def choice(model: str) -> EncoderChoice:
    return EncoderChoice(name="new", variant="sentence_transformers", model=model, dimensions=384)


@pytest.mark.parametrize(
    "model", ["", "/models/e5", "all-mpnet-base-v2", "sentence-transformers/all-mpnet-base-v2", "nomic:latest"]
)
def test_a_folder_by_its_whole_path_and_a_plain_name_are_taken(model: str) -> None:
    assert encoding.settings_of(choice(model), EncoderSettings()).model == model


@pytest.mark.parametrize(
    "model",
    [
        "../models/e5",
        "/models/../etc",
        "models/../../etc",
        "http://host/e5",
        "a//b",
        "~/e5",
        "a b",
        "/models/\0",
        "./x",
    ],
)
def test_any_other_word_for_a_model_is_refused(model: str) -> None:
    with pytest.raises(ValueError, match="neither a whole path nor a plain name"):
        encoding.settings_of(choice(model), EncoderSettings())


def test_a_name_that_is_a_folder_here_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "e5").mkdir()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ValueError, match="by a part of its path"):
        encoding.settings_of(choice("e5"), EncoderSettings())


def test_the_configured_model_is_taken_however_it_is_written() -> None:
    assert encoding.settings_of(choice("../e5"), EncoderSettings(model="../e5", models="/models")).model == "../e5"


def test_where_models_are_listed_no_other_is_loaded(tmp_path: Path) -> None:
    own = EncoderSettings(models=f"{tmp_path}, all-mpnet-base-v2")
    (tmp_path / "out").symlink_to("/etc")

    for permitted in (f"{tmp_path}/e5", "all-mpnet-base-v2"):
        assert encoding.settings_of(choice(permitted), own).model == permitted
    for other in ("/etc", f"{tmp_path}-2/e5", f"{tmp_path}/out", "all-mpnet-base-v3"):
        with pytest.raises(ValueError, match="TILTYARD_ENCODER_MODELS"):
            encoding.settings_of(choice(other), own)


def test_a_variant_that_is_no_file_of_the_folder_is_never_imported() -> None:
    settings = encoding.settings_of(choice("").model_copy(update={"variant": "os"}), EncoderSettings())

    with pytest.raises(ValueError, match="no 'os' in shared/encoders"):
        encoding.build(settings)
