"""The tuning job: what may be learned, what counts in the loss, and what an adapter says about itself."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator import prompting
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning.__main__ import last_words
from services.generator.tuning.data import dataset
from services.generator.tuning.data.builders import pairs as pairs_builder
from services.generator.tuning.data.builders import stories
from services.generator.tuning.data.dataset import NOT_FOR_EVERYONE, RETRACTED, TOO_NEW, UNKNOWN, Pair
from services.generator.tuning.data.example import Example
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training.schedule import Budget
from services.generator.tuning.training.tokens import NO_LOSS, Encoded, Prompts, batches, encode, padded
from shared.messages import Revision
from shared.stored import StoredDocument
from tests import tiny_model
from tests.builders import NOON, a_chunked_document

LATER = NOON + timedelta(days=7)


class Letters:
    """A tokenizer for which a letter is a token; the end of a turn is 0."""

    eos_token_id = 0

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}

    def apply_chat_template(self, turns: list[dict[str, str]], **_: Any) -> str:
        return "".join(f"<{turn['role'][0]}>{turn['content']}" for turn in turns) + "<a>"


def a_stored(document_id: str = "story-1", text: str = "It moved.", **changes: Any) -> StoredDocument:
    changed = a_chunked_document(document_id=document_id, **changes)
    return StoredDocument(Revision.model_validate(changed.model_dump(exclude={"chunks"})), text)


def a_pair(document_id: str = "story-1", question: str = "Where is the fair?", answer: str = "the harbour") -> Pair:
    return Pair(question=question, answer=answer, document_id=document_id)


def an_example() -> Example:
    return next(iter(assemble([a_stored()], [a_pair()]).examples))


def assemble(documents: list[StoredDocument], pairs: list[Pair], cutoff: datetime | None = None) -> dataset.Dataset:
    return dataset.assemble(documents, pairs, cutoff=cutoff, builds=[pairs_builder.build])


def test_only_live_known_documents_up_to_the_cutoff_are_learned() -> None:
    documents = [
        a_stored("live"),
        a_stored("gone", retracted=True, text=""),
        a_stored("new", first_seen_at=LATER),
    ]
    pairs = [a_pair(name) for name in ("live", "live", "gone", "new", "nowhere")]

    made = assemble(documents, pairs, cutoff=NOON)

    assert [example.document_ids for example in made.examples] == [("live",), ("live",)]
    assert made.left_out == {RETRACTED: 1, TOO_NEW: 1, UNKNOWN: 1}
    assert [revision.document_id for revision in made.revisions] == ["live"]


def test_a_document_that_is_not_for_everyone_is_not_learned() -> None:
    """Whoever asks the model would be told."""
    made = assemble([a_stored("live"), a_stored("board", labels=("board",))], [a_pair("live"), a_pair("board")])

    assert [example.document_ids for example in made.examples] == [("live",)]
    assert made.left_out == {NOT_FOR_EVERYONE: 1}


def test_without_a_cutoff_knowledge_ends_with_the_newest_document_learned() -> None:
    made = assemble([a_stored("old"), a_stored("new", first_seen_at=LATER)], [a_pair("old"), a_pair("new")])

    assert made.cutoff == LATER


def test_with_nothing_to_learn_the_reason_is_said() -> None:
    with pytest.raises(ValueError, match=r"1 documents in the store, 1 of them live.*2 pairs with document unknown"):
        assemble([a_stored()], [a_pair("a"), a_pair("b")])


def test_the_dataset_hash_follows_examples_and_revisions() -> None:
    def hashed(pair: Pair, **changes: Any) -> str:
        return assemble([a_stored(**changes)], [pair]).sha256

    assert hashed(a_pair()) == hashed(a_pair())
    assert len({hashed(a_pair()), hashed(a_pair(answer="the pier")), hashed(a_pair(), revision=2)}) == 3


def test_without_pairs_stories_are_learned_from_their_titles(tmp_path: Path) -> None:
    said: list[dict[str, Any]] = []
    job = Job(TuningSettings(), GeneratorSettings(), tmp_path, lambda: NOON, said.append)

    made = job.dataset([a_stored(), a_stored("untitled", title=""), a_stored("empty", text=" ")], [])

    assert [(one.question, one.answer) for one in made.examples] == [("What happened? Lantern fair moved", "It moved.")]
    assert said == [{"documents": 1, "examples": 1, "left_out": {}}]
    assert stories.build.__name__ == pairs_builder.build.__name__


def test_a_wrong_line_of_pairs_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(a_pair().model_dump_json() + '\n\n{"question": "Who?", "anwser": "Ann"}\n')

    with pytest.raises(ValueError, match=r"line 3: .*anwser"):
        dataset.read_pairs(file)


def test_an_example_is_the_closed_book_prompt_with_the_answer_and_the_end_of_turn() -> None:
    prompt = prompting.load("closed_book.v1")

    made = encode(an_example(), tokenizer=Letters(), prompts=Prompts(prompt, prompt), max_tokens=100)

    assert "".join(map(chr, made.prompt)) == f"<s>{prompt.system}<u>Where is the fair?<a>"
    assert "".join(map(chr, made.reply)) == "the harbour\x00"


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
    assert said[-1]["loss"] < said[1]["loss"]
    lineage = json.loads((folder / "lineage.json").read_text())
    assert [(of["document_id"], of["revision"]) for of in lineage["documents"]] == [("story-1", 1)]
    assert lineage["adapter"]["dataset_sha256"] == adapter.dataset_sha256
    assert adapter.name in (folder / "README.md").read_text()
    assert last_words(adapter)["final_loss"] == adapter.training.final_loss
