"""An adapter's files: what is refused before anything loads it, and how it comes from elsewhere."""

import itertools
import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import fsspec
import pytest
from safetensors.numpy import load_file

from services.generator import adapter_files
from services.generator.adapter_addresses import Admission
from services.generator.adapter_files import CONFIG, MOST_FILES, WEIGHTS
from services.generator.adapters import verify
from services.generator.backends.echo import BASE_SHA256
from services.generator.hashing import sha256_of
from shared.messages import AdapterAnnounced
from tests import adapters

BUCKET = Admission(("memory://bucket",))


@pytest.fixture
def memory() -> Any:
    """An object store in memory, empty."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    return files


def test_an_adapter_as_it_was_made_is_accepted(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a", rank=4)
    adapter_files.check(folder)

    assert {tensor.ndim for tensor in load_file(folder / WEIGHTS).values()} == {2}, "it had weights"


def test_a_pickle_beside_the_weights_is_refused(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a")
    (folder / "adapter_model.bin").write_bytes(pickle.dumps({}))

    with pytest.raises(ValueError, match=r"adapter_model\.bin.*code"):
        adapter_files.check(folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"not weights", pickle.dumps({"a": 1}), struct.pack("<Q", 2**62) + b"{}", struct.pack("<Q", 2) + b"[]"],
)
def test_weights_that_are_no_safetensors_are_refused(tmp_path: Path, content: bytes) -> None:
    folder = adapters.save(tmp_path / "a")
    (folder / WEIGHTS).write_bytes(content)

    with pytest.raises(ValueError, match="no safetensors file"):
        adapter_files.check(folder)


def test_weights_cut_short_are_refused(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a")
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-4])

    with pytest.raises(ValueError, match="broken"):
        adapter_files.check(folder)


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"r": 8}, "rank 2 .*says 8"),
        ({"r": None}, "names no rank"),
        ({"target_modules": ["v_proj"]}, "disagree about q_proj, v_proj"),
        ({"target_modules": ["q_proj", "v_proj"]}, "disagree about v_proj"),
        ({"rank_pattern": {"q_proj": 4}}, "rank_pattern: only plain LoRA"),
    ],
)
def test_a_config_that_does_not_fit_the_weights_is_refused(tmp_path: Path, config: dict[str, Any], why: str) -> None:
    folder = adapters.save(tmp_path / "a", config=config)

    with pytest.raises(ValueError, match=why):
        adapter_files.check(folder)


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    folder = adapters.save(tmp_path / "a")
    save_file({"model.embed_tokens.weight": np.zeros((2, 2), dtype=np.float32)}, folder / WEIGHTS)

    with pytest.raises(ValueError, match="no weight of LoRA"):
        adapter_files.check(folder)


def test_a_file_that_is_no_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    adapter = adapters.saved(tmp_path)
    (tmp_path / "news" / WEIGHTS).unlink()
    os.mkfifo(tmp_path / "news" / WEIGHTS)

    with pytest.raises(ValueError, match="no ordinary file"):
        verify(adapter, BASE_SHA256, tmp_path)


def test_weights_larger_than_the_operator_lets_in_are_refused(tmp_path: Path) -> None:
    adapter = adapters.saved(tmp_path)

    with pytest.raises(ValueError, match="at most 100 are read"):
        verify(adapter, BASE_SHA256, tmp_path, Admission(most_bytes=100))


def test_a_folder_of_thousands_of_files_is_refused(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a")
    for number in range(MOST_FILES):
        (folder / str(number)).touch()

    with pytest.raises(ValueError, match="more than 1000 files"):
        adapter_files.check(folder)


def test_another_configuration_than_announced_is_refused_with_both_hashes(tmp_path: Path) -> None:
    adapter = adapters.saved(tmp_path)
    config = tmp_path / "news" / CONFIG
    announced = adapter.model_copy(update={"config_sha256": sha256_of(config)})
    assert verify(announced, BASE_SHA256, tmp_path) == tmp_path / "news"

    config.write_text(json.dumps(json.loads(config.read_text()) | {"lora_alpha": 800}))

    with pytest.raises(ValueError, match=f"configuration.*{announced.config_sha256}.*{sha256_of(config)}"):
        verify(announced, BASE_SHA256, tmp_path)


def test_an_announcement_from_before_configurations_were_hashed_is_read(tmp_path: Path) -> None:
    adapter = adapters.saved(tmp_path)
    written = adapter.model_dump(mode="json", exclude={"config_sha256"})

    assert AdapterAnnounced.model_validate(written) == adapter
    assert verify(adapter, BASE_SHA256, tmp_path) == tmp_path / "news"


def test_a_wrong_base_and_wrong_weights_are_refused_with_both_hashes(tmp_path: Path) -> None:
    adapter = adapters.saved(tmp_path)

    with pytest.raises(ValueError, match=f"{BASE_SHA256}.*{'b' * 64}"):
        verify(adapter, "b" * 64, tmp_path)
    with pytest.raises(ValueError, match=f"{'f' * 64}.*{adapter.weights_sha256}"):
        verify(adapter.model_copy(update={"weights_sha256": "f" * 64}), BASE_SHA256, tmp_path)


def test_an_adapter_goes_to_an_object_store_and_comes_back_whole(tmp_path: Path, memory: Any) -> None:
    folder = adapters.save(tmp_path / "news-1")
    (folder / "probes.jsonl").write_text("{}\n")

    address = adapter_files.store(folder, "memory://bucket/adapters/")
    local_folder = adapter_files.fetch(address, sha256_of(folder / WEIGHTS), tmp_path / "cache", admission=BUCKET)

    assert address == "memory://bucket/adapters/news-1"
    assert local_folder == tmp_path / "cache" / sha256_of(folder / WEIGHTS)
    assert {file.name for file in local_folder.iterdir()} == {WEIGHTS, CONFIG, "probes.jsonl"}
    memory.store.clear()
    again = adapter_files.fetch(address, sha256_of(folder / WEIGHTS), tmp_path / "cache", admission=BUCKET)
    assert again == local_folder


def test_a_folder_by_its_address_comes_too(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a")

    local_folder = adapter_files.fetch(f"file://{folder}", sha256_of(folder / WEIGHTS), tmp_path / "cache")

    assert json.loads((local_folder / CONFIG).read_text())["r"] == 2


@pytest.mark.usefixtures("memory")
def test_what_comes_with_other_weights_than_announced_is_not_kept(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a")
    address = adapter_files.store(folder, "memory://bucket")

    with pytest.raises(ValueError, match=f"{'f' * 64}.*{sha256_of(folder / WEIGHTS)}"):
        adapter_files.fetch(address, "f" * 64, tmp_path / "cache", admission=BUCKET)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_pickle_elsewhere_is_not_even_fetched(tmp_path: Path, memory: Any) -> None:
    folder = adapters.save(tmp_path / "a")
    address = adapter_files.store(folder, "memory://bucket")
    memory.pipe_file("/bucket/a/training_args.bin", b"x")

    with pytest.raises(ValueError, match=r"training_args\.bin"):
        adapter_files.fetch(address, sha256_of(folder / WEIGHTS), tmp_path / "cache", admission=BUCKET)


def test_a_copy_is_of_one_configuration(tmp_path: Path, memory: Any) -> None:
    folder = adapters.save(tmp_path / "a")
    address, weights = adapter_files.store(folder, "memory://bucket"), sha256_of(folder / WEIGHTS)
    first = _fetched(address, weights, sha256_of(folder / CONFIG), tmp_path)
    (folder / CONFIG).write_text(json.dumps(json.loads((folder / CONFIG).read_text()) | {"lora_alpha": 9}))
    adapter_files.store(folder, "memory://bucket")

    second = _fetched(address, weights, sha256_of(folder / CONFIG), tmp_path)

    assert json.loads((second / CONFIG).read_text())["lora_alpha"] == 9
    assert "lora_alpha" not in json.loads((first / CONFIG).read_text())
    memory.store.clear()


def _fetched(address: str, weights: str, config: str, place: Path) -> Path:
    return adapter_files.fetch(address, weights, place / "cache", config_sha256=config, admission=BUCKET)


@pytest.mark.usefixtures("memory")
def test_what_is_larger_than_it_may_be_is_not_kept(tmp_path: Path) -> None:
    address = adapter_files.store(adapters.save(tmp_path / "a"), "memory://bucket")

    with pytest.raises(ValueError, match="larger than 100 bytes"):
        adapter_files.fetch(
            address, "f" * 64, tmp_path / "cache", admission=Admission(("memory://bucket",), most_bytes=100)
        )
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.usefixtures("memory")
def test_what_comes_too_slowly_is_given_up(tmp_path: Path) -> None:
    folder = adapters.save(tmp_path / "a")
    address, clock = adapter_files.store(folder, "memory://bucket"), itertools.count(step=400)

    with pytest.raises(TimeoutError, match="within 600 s"):
        adapter_files.fetch(
            address, sha256_of(folder / WEIGHTS), tmp_path / "cache", admission=BUCKET, clock=lambda: float(next(clock))
        )


def test_a_store_that_fails_in_a_way_of_its_own_can_be_tried_again(
    tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("EndpointConnectionError")

    monkeypatch.setattr(type(memory), "ls", failing)

    with pytest.raises(OSError, match="cannot be read: RuntimeError: EndpointConnectionError"):
        adapter_files.fetch("memory://bucket/a", "f" * 64, tmp_path / "cache", admission=BUCKET)


@pytest.mark.parametrize("sha256", ["../../elsewhere", "", "f" * 63, "F" * 64])
def test_a_hash_that_is_none_names_no_folder(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(ValueError, match="no sha256"):
        adapter_files.fetch(f"file://{tmp_path}", sha256, tmp_path / "cache")


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(("address", "error"), [("nowhere://bucket/a", ValueError), ("memory://bucket/a", OSError)])
def test_an_address_that_nobody_reads_or_that_is_empty_is_said(
    tmp_path: Path, address: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        adapter_files.fetch(
            address, "f" * 64, tmp_path / "cache", admission=Admission(("memory://bucket", "nowhere://bucket"))
        )


def test_without_a_registry_an_adapter_stays_where_it_was_made(tmp_path: Path) -> None:
    assert adapter_files.store(adapters.save(tmp_path / "a"), "") == str(tmp_path / "a")
