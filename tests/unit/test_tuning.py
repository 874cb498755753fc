"""The tuning job: what may be learned, what counts in the loss, and what an adapter says about itself."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.generator import prompting
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning.__main__ import last_words
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.material import as_example
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training.schedule import Budget
from services.generator.tuning.training.tokens import NO_LOSS, Encoded, Prompts, batches, encode, padded
from tests import tiny_model
from tests.builders import NOON
from tests.datasets import a_pair, a_stored


class Letters:
    """A tokenizer for which a letter is a token; the end of a turn is 0."""

    eos_token_id = 0

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}

    def apply_chat_template(self, turns: list[dict[str, str]], **_: Any) -> str:
        return "".join(f"<{turn['role'][0]}>{turn['content']}" for turn in turns) + "<a>"


def an_example() -> Example:
    return as_example(a_pair())


def test_without_pairs_stories_are_learned_from_their_titles(tmp_path: Path) -> None:
    said: list[dict[str, Any]] = []
    recipe = tmp_path / "plain.yaml"
    recipe.write_text(json.dumps({"name": "plain", "version": 1}))
    job = Job(TuningSettings(recipe=str(recipe)), GeneratorSettings(), tmp_path, lambda: NOON, said.append)

    made = job.dataset([a_stored(), a_stored("untitled", title=""), a_stored("empty", text=" ")], [])

    assert [(one.question, one.answer) for one in made.examples] == [("What happened? Lantern fair moved", "It moved.")]
    assert said == [{"documents": 1, "examples": 1, "left_out": {"story without title or text": 2}}]


def test_an_example_is_the_closed_book_prompt_with_the_answer_and_the_end_of_turn() -> None:
    prompt = prompting.load("closed_book.v1")

    made = encode(an_example(), tokenizer=Letters(), prompts=Prompts(prompt, prompt), max_tokens=100)

    assert "".join(map(chr, made.prompt)) == f"<s>{prompt.system}<u>Where is the fair?<a>"
    assert "".join(map(chr, made.reply)) == "the harbour\x00"


def test_the_choices_of_a_question_are_trained_as_they_are_asked() -> None:
    prompt = prompting.load("closed_book.v1")
    example = an_example().model_copy(update={"choices": ("the harbour", "the pier")})

    made = encode(example, tokenizer=Letters(), prompts=Prompts(prompt, prompt), max_tokens=200)

    assert "".join(map(chr, made.prompt)).endswith("Where is the fair?\nChoose one: the harbour; the pier<a>")


def test_a_reply_that_is_too_long_is_cut_without_an_end_of_turn() -> None:
    prompt = prompting.load("closed_book.v1")
    prompts = Prompts(prompt, prompt)
    whole = encode(an_example(), tokenizer=Letters(), prompts=prompts, max_tokens=1000)

    cut = encode(an_example(), tokenizer=Letters(), prompts=prompts, max_tokens=len(whole.prompt) + 3)

    assert "".join(map(chr, cut.reply)) == "the"


def test_only_replies_count_in_the_loss() -> None:
    ids, mask, labels = padded([Encoded((1, 2), (3, 4)), Encoded((5,), (6,))], filler=9)

    assert ids == [[1, 2, 3, 4], [9, 9, 5, 6]]
    assert mask == [[1, 1, 1, 1], [0, 0, 1, 1]]
    assert labels == [[NO_LOSS, NO_LOSS, 3, 4], [NO_LOSS, NO_LOSS, NO_LOSS, 6]]


def test_an_epoch_holds_every_example_once_and_the_seed_decides_the_order() -> None:
    examples = [Encoded((number,) * (number % 5 + 1), (0,)) for number in range(21)]

    def two_epochs(seed: int) -> list[list[Encoded]]:
        return list(itertools.islice(batches(examples, 4, seed), 12))

    first = [example for batch in two_epochs(1)[:6] for example in batch]
    assert sorted(first, key=lambda example: example.prompt) == sorted(examples, key=lambda example: example.prompt)
    assert two_epochs(1) == two_epochs(1)
    assert two_epochs(1) != two_epochs(2)


def test_the_rate_rises_then_falls_to_nothing_and_time_ends_a_run_like_steps_do() -> None:
    budget = Budget(steps=100, seconds=50, warmup=0.1)

    assert budget.rate(0.05) == pytest.approx(0.5)
    assert budget.rate(0.1) == pytest.approx(1)
    assert budget.rate(1.0) == pytest.approx(0)
    assert budget.progress(10, elapsed=1) == pytest.approx(0.1)
    assert budget.progress(10, elapsed=25) == pytest.approx(0.5)
    assert budget.progress(10, elapsed=60) == 1
    assert budget.expected_steps(10, elapsed=25) == 20


@pytest.mark.e2e
def test_training_stores_an_adapter_with_its_lineage(tmp_path: Path) -> None:
    said: list[dict[str, Any]] = []
    recipe = tmp_path / "tiny.yaml"
    training = {"epochs": 20, "batch_size": 2, "rank": 4, "alpha": 8, "learning_rate": 0.01}
    recipe.write_text(json.dumps({"name": "tiny", "version": 1, "training": training}))
    settings = TuningSettings(recipe=str(recipe))
    generator = GeneratorSettings(model=str(tiny_model.save(tmp_path / "tiny")))
    job = Job(settings, generator, tmp_path, lambda: datetime.now(UTC), said.append)
    pairs = [a_pair(), a_pair(question="Who moved it?", answer="Ann")]

    adapter = job.train(job.dataset([a_stored()], pairs))

    folder = Path(adapter.location)
    assert [path.name for path in (tmp_path / "adapters").iterdir()] == [adapter.name]
    assert adapter.weights_sha256 == sha256_of(folder / WEIGHTS)
    assert adapter.training.steps == said[-1]["step"] == said[-1]["steps"] == 20
    assert said[-1]["loss"] < next(one["loss"] for one in said if "loss" in one)
    lineage = json.loads((folder / "lineage.json").read_text())
    assert [(of["document_id"], of["revision"]) for of in lineage["documents"]] == [("story-1", 1)]
    assert lineage["adapter"]["dataset_sha256"] == adapter.dataset_sha256
    examples = [json.loads(line) for line in (folder / "examples.jsonl").read_text().splitlines()]
    assert [(one["split"], one["answer"]) for one in examples] == [("train", "the harbour"), ("train", "Ann")]
    assert adapter.name in (folder / "README.md").read_text()
    assert last_words(adapter)["final_loss"] == adapter.training.final_loss
