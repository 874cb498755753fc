"""Perplexity: against transformers' own loss, in windows, over documents, with an adapter, from the command line."""

import json
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from services.console.app import build
from services.console.perplexity import PerplexityReport
from services.console.views import perplexity as perplexity_view
from services.generator.perplexity.__main__ import adapter_folder, main, standing
from services.generator.perplexity.windows import windows
from shared.models.language import Model
from shared.statistics.perplexity import perplexity, ratio
from tests import tiny_model

TEXT = "The lantern fair moves to the old harbour. " * 3


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def adapter(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that changes what the model says, not the identity that LoRA begins as."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(1)
    network = AutoModelForCausalLM.from_pretrained(tiny)
    adapted: Any = get_peft_model(network, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, weights in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=5.0)
    folder = tmp_path_factory.mktemp("home") / "adapters" / "news"
    adapted.save_pretrained(folder)
    merged = folder.parents[1] / "merged"
    adapted.merge_and_unload().save_pretrained(merged)
    AutoTokenizer.from_pretrained(tiny).save_pretrained(merged)
    return folder


def plainly(folder: Path, text: str, size: int, stride: int) -> float:
    """Nats by transformers' own loss, in the windows of its documentation, here written without ours."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    ids = torch.tensor([[tokenizer.eos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]])
    total, before = 0.0, 1
    for begin in range(0, ids.shape[1], stride):
        end = min(begin + size, ids.shape[1])
        given = ids[:, begin:end]
        labels = given.clone()
        labels[:, : before - begin] = -100
        if end > before:
            total += network(given, labels=labels).loss.item() * (end - before)
        before = end
        if end == ids.shape[1]:
            break
    return total


@pytest.mark.parametrize(("size", "stride"), [(500, 250), (40, 20), (33, 7), (16, 15)])
def test_it_is_what_transformers_computes(tiny: Path, size: int, stride: int) -> None:
    from services.generator.perplexity.scoring import Scorer

    scored = Scorer(Model("tiny", tiny, "0" * 64), precision="fp32").score(TEXT, size=size, stride=stride)

    assert scored.tokens == scored.size == len(TEXT), "the tiny model's tokens are bytes"
    assert scored.nats["base"] == pytest.approx(plainly(tiny, TEXT, size, stride), rel=1e-4)


@pytest.mark.parametrize("length", [2, 3, 10, 37, 100])
@pytest.mark.parametrize(("size", "stride"), [(10, 5), (10, 9), (7, 1), (200, 100)])
def test_every_token_but_the_first_is_scored_once_with_enough_before_it(length: int, size: int, stride: int) -> None:
    made = list(windows(length, size, stride))

    assert [place for window in made for place in range(window.scored, window.end)] == list(range(1, length))
    assert all(window.end - window.begin <= size for window in made)
    assert all(window.scored - window.begin >= size - stride for window in made[1:])


@pytest.mark.parametrize("stride", [0, 10, 11])
def test_a_stride_that_leaves_no_context_is_refused(stride: int) -> None:
    with pytest.raises(ValueError, match="take 1 up to 9"):
        list(windows(100, 10, stride))


def test_an_adapter_is_scored_beside_the_base_which_stays_as_it_was(tiny: Path, adapter: Path) -> None:
    from services.generator.perplexity.scoring import Scorer

    scorer = Scorer(Model("tiny", tiny, "0" * 64), precision="fp32", adapter=adapter)
    scored = scorer.score(TEXT, size=64, stride=32, adapter_name="news")

    assert scored.nats["base"] == pytest.approx(plainly(tiny, TEXT, 64, 32), rel=1e-5)
    assert scored.nats["news"] == pytest.approx(plainly(adapter.parents[1] / "merged", TEXT, 64, 32), rel=1e-5)
    assert abs(scored.nats["news"] / scored.nats["base"] - 1) > 0.001


def test_documents_together_are_weighed_by_their_tokens() -> None:
    estimate = perplexity([log(2) * 10, log(8) * 30], [10, 30], [40, 60])

    assert (estimate.documents, estimate.tokens) == (2, 40)
    assert estimate.per_token.value == pytest.approx(2 ** (0.25 + 3 * 0.75))
    assert estimate.bits_per_byte.value == pytest.approx((10 + 90) / 100)
    assert estimate.per_token.low is None, "two documents say nothing of others"


def test_limits_cover_the_truth_about_as_often_as_they_say() -> None:
    draw, covered = np.random.default_rng(3), 0
    for _ in range(200):
        nats = draw.normal(3.0, 0.5, size=40) * 100
        limits = perplexity(nats.tolist(), [100] * 40, [400] * 40, draws=1_000).per_token
        assert limits.low is not None
        assert limits.high is not None
        covered += limits.low <= exp(3.0) <= limits.high

    assert 0.90 <= covered / 200 <= 0.99


def test_a_ratio_is_paired_by_document() -> None:
    base = [100.0, 900.0, 250.0, 400.0, 700.0, 120.0, 330.0]
    estimate = ratio([nats * 0.9 for nats in base], base, [int(nats) for nats in base])

    assert estimate.value == pytest.approx(exp(-0.1))
    assert estimate.low == pytest.approx(estimate.high)


@pytest.mark.parametrize("wrong", [([], [], []), ([1.0], [0], [3])])
def test_no_documents_and_empty_ones_have_no_perplexity(wrong: tuple[Any, Any, Any]) -> None:
    with pytest.raises(ValueError, match="at least one document"):
        perplexity(*wrong)


def documents_in(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "documents.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_the_newest_revision_counts_and_what_was_retracted_does_not(tmp_path: Path) -> None:
    place = documents_in(
        tmp_path,
        {"document_id": "a", "title": "Fair", "text": "old"},
        {"document_id": "b", "text": "gone"},
        {"document_id": "a", "title": "Fair", "text": "new"},
        {"document_id": "b", "op": "retract"},
    )

    assert standing(place) == {"a": "Fair\nnew"}


def test_an_adapter_is_found_by_folder_and_by_name_and_an_unknown_one_is_answered_with_the_known(
    tmp_path: Path, adapter: Path
) -> None:
    assert adapter_folder(str(adapter), tmp_path) == adapter
    assert adapter_folder("news", adapter.parents[1]) == adapter
    with pytest.raises(ValueError, match="no adapter 'weather': name a folder, or one of news"):
        adapter_folder("weather", adapter.parents[1])


def evaluated(*arguments: str) -> str:
    done = CliRunner().invoke(build(), ["evaluate", "perplexity", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.mark.usefixtures("jobs_here")
def test_from_the_command_line_to_the_table(
    tmp_path: Path,
    tiny: Path,
    adapter: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TILTYARD_GENERATOR_MODEL", str(tiny))
    place = documents_in(tmp_path, *({"document_id": f"d{n}", "text": TEXT + "More. " * n} for n in range(7)))

    report = json.loads(evaluated("--documents", str(place), "--adapter", str(adapter), "--json"))
    base, news = report["perplexity"]["base"], report["perplexity"]["news"]

    assert base["documents"] == 7
    assert base["per_token"]["low"] < base["per_token"]["value"] < base["per_token"]["high"]
    assert report["ratio_to_base"]["news"]["value"] == pytest.approx(
        news["per_token"]["value"] / base["per_token"]["value"]
    )
    perplexity_view.show(PerplexityReport.model_validate(report))
    assert "times the perplexity of the base" in capsys.readouterr().out


def test_a_mistake_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = documents_in(tmp_path, {"document_id": "a", "op": "retract"})

    assert main([str(empty)]) == 65
    assert main([str(empty), "--stride", "600"]) == 78
    said = capsys.readouterr().err
    assert "holds no document with words" in said
    assert "a stride of 600 tokens does not fit windows of 512" in said
