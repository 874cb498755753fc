"""One network that speaks in several ways: each at its strength, and no switch loads anything again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from services.generator.adapter_files import WEIGHTS
from services.generator.backends import transformers
from services.generator.speakers import Speakers
from tests import tiny_model


class Loading:
    """Loads the tiny base, and counts how often."""

    def __init__(self, base: Path) -> None:
        self.count, self._base = 0, base

    def __call__(self) -> Any:
        self.count += 1
        return transformers.load(self._base, "fp32").eval()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("base"), width=16)


@pytest.fixture
def lora(base: Path, tmp_path: Path) -> Callable[..., Path]:
    def saved(name: str, fill: float, weakened_to: float = 1.0) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        tiny_model.save_lora(base, folder, fill)
        tensors = load_file(folder / WEIGHTS)
        save_file({key: part * weakened_to if "lora_B" in key else part for key, part in tensors.items()},
                  folder / WEIGHTS)  # fmt: skip
        return folder

    return saved


def said(speakers: Speakers, track: str | None, strength: float = 1.0) -> torch.Tensor:
    with speakers.speaking(track, strength), torch.inference_mode():
        logits: torch.Tensor = speakers.network(input_ids=torch.arange(8)[None]).logits
    return logits


@pytest.mark.parametrize("merges", [True, False])
def test_an_adapter_at_a_strength_says_what_its_weakened_copy_says(
    base: Path, lora: Callable[..., Path], merges: bool
) -> None:
    speakers, weakened = Speakers(Loading(base), merges=merges), Speakers(Loading(base), merges=False)
    speakers.take(lora("whole", 0.5), "1", "tuned")
    weakened.take(lora("half", 0.5, weakened_to=0.5), "2", "tuned")

    torch.testing.assert_close(said(speakers, "tuned", 0.5), said(weakened, "tuned"))
    assert not torch.allclose(said(speakers, "tuned", 0.5), said(speakers, "tuned"))


def test_going_from_strength_to_strength_leaves_nothing_behind(base: Path, lora: Callable[..., Path]) -> None:
    loading = Loading(base)
    speakers = Speakers(loading, merges=False)
    for name, fill, track in (("one", 0.5, "tuned"), ("two", 0.7, "other")):
        speakers.take(lora(name, fill), name, track)
    ways: list[tuple[str | None, float]] = [(None, 1.0), ("tuned", 1.0), ("tuned", 0.5), ("other", 1.0), ("other", 0.3)]
    first, network = {way: said(speakers, *way) for way in ways}, speakers.network

    for _ in range(3):
        for way in [*ways, *reversed(ways)]:
            assert torch.equal(said(speakers, *way), first[way]), way
    assert loading.count == 1
    assert speakers.network is network


def test_a_worker_that_merges_loads_its_base_once_more_for_all_other_strengths(
    base: Path, lora: Callable[..., Path]
) -> None:
    loading = Loading(base)
    speakers = Speakers(loading, merges=True)
    speakers.take(lora("one", 0.5), "1", "tuned")
    merged = said(speakers, "tuned")
    assert loading.count == 1

    for strength in (0.5, 1.0, 0.25, 0.5):
        said(speakers, "tuned", strength)

    assert loading.count == 2
    torch.testing.assert_close(said(speakers, "tuned"), merged)


@pytest.mark.parametrize("merges", [True, False])
def test_the_adapter_that_comes_after_speaks_at_the_strength_that_is_asked(
    base: Path, lora: Callable[..., Path], merges: bool
) -> None:
    speakers, fresh = Speakers(Loading(base), merges=merges), Speakers(Loading(base), merges=False)
    speakers.take(lora("one", 0.5), "1", "tuned")
    said(speakers, "tuned", 0.5)
    second = lora("two", 0.7)

    speakers.take(second, "2", "tuned")
    fresh.take(second, "2", "tuned")

    for strength in (1.0, 0.5):
        torch.testing.assert_close(said(speakers, "tuned", strength), said(fresh, "tuned", strength))
