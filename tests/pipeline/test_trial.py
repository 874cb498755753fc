"""The gates on a real model: what base, adapter before and new adapter say, and perplexity counted by hand."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from services.generator import answer_prompt, chat_format
from services.generator.contexts import closed_book
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example
from services.generator.tuning.gates.plan import Gate, GatePlan
from services.generator.tuning.gates.trial import Trial
from services.generator.tuning.recipe import Recipe
from shared.jobs.events import Event
from shared.jobs.tuning import PreviousLeftOut
from shared.messages import AdapterAnnounced, Question, Revision
from shared.models.language import weights_sha256
from shared.stored import StoredDocument
from tests import adapters, tiny_model
from tests.builders import NOON, a_chunked_document

TEXT = "The lantern fair moves to the old harbour."


def a_revision(name: str) -> Revision:
    return Revision.model_validate(a_chunked_document(document_id=name).model_dump(exclude={"chunks"}))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("trial") / "tiny")


def an_adapter(base: Path, name: str, fill: float) -> AdapterAnnounced:
    folder = base.parent / name
    folder.mkdir(exist_ok=True)
    tiny_model.save_lora(base, folder, fill)
    return adapters.announced(name, folder=folder, base_sha256=weights_sha256(base))


def perplexity_by_hand(base: Path, adapter: AdapterAnnounced | None) -> float:
    """exp of the mean cross-entropy of the text's tokens after the prompt."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    network: Any = AutoModelForCausalLM.from_pretrained(base)
    if adapter:
        network = PeftModel.from_pretrained(network, adapter.location)
    asked = Question(question_id="q", text="What happened? Lantern fair moved")
    prompt = chat_format.encode(tokenizer, closed_book.chat(asked, answer_prompt.load("closed_book.v2")))
    ids = torch.tensor([prompt + tokenizer(TEXT, add_special_tokens=False)["input_ids"]])
    with torch.no_grad():
        likely = network.eval()(ids).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
    wanted = ids[0, len(prompt) :]
    return math.exp(-float(likely.gather(1, wanted[:, None]).mean()))


def test_gates_measure_what_the_models_say_and_leave_it_beside_the_weights(base: Path, tmp_path: Path) -> None:
    old, new = an_adapter(base, "old", 0.3), an_adapter(base, "new", 0.6)
    Path(old.location, "probes.jsonl").write_text('{"question": "Where was it?", "accepted": ["the pier"]}\n')
    probe = Example(builder="pairs", question="Where is it?", answer="the harbour", document_ids=("story-1",))
    made = Dataset(
        (), (a_revision("story-1"),), NOON, {}, probes=(probe,), held_out=(StoredDocument(a_revision("out"), TEXT),)
    )
    few = Gate(questions=3)
    plan = GatePlan(learned=few, older=few, general=few, abstention=few, perplexity=Gate(questions=1))
    events: list[Event] = []
    trial = Trial(
        Recipe(name="tiny", version=1, gates=plan),
        GeneratorSettings(model=str(base), max_new_tokens=4),
        tmp_path,
        events.append,
        threads=1,
    )

    by_name = {result.name: result for result in trial.run(made, new, old)}

    assert [by_name[name].n for name in ("learned", "older", "general", "abstention", "perplexity")] == [1, 1, 3, 3, 1]
    told = by_name["perplexity"]
    others = {against.speaker: against.value for against in told.against}
    assert told.value == pytest.approx(perplexity_by_hand(base, new), rel=1e-3)
    assert others["base"] == pytest.approx(perplexity_by_hand(base, None), rel=1e-3)
    assert others["previous"] == pytest.approx(perplexity_by_hand(base, old), rel=1e-3)
    assert len({round(value, 3) for value in (told.value or 0, *others.values())}) == 3
    beside = json.loads(Path(new.location, "gates.json").read_text())
    assert [result["name"] for result in beside] == list(by_name)
    kept = Path(new.location, "probes.jsonl").read_text()
    assert "Where is it?" in kept
    assert "Where was it?" in kept, "what was older stays to be asked"
    assert len(events) == 15


def test_where_the_adapter_before_cannot_be_had_the_new_one_is_tried_without_and_that_is_said(
    base: Path, tmp_path: Path
) -> None:
    new, gone = an_adapter(base, "new", 0.6), adapters.announced("gone", base_sha256=weights_sha256(base))
    none = Gate(questions=0)
    plan = GatePlan(learned=none, older=none, general=Gate(questions=2), abstention=none, perplexity=none)
    events: list[Event] = []
    generator = GeneratorSettings(model=str(base), max_new_tokens=4)
    trial = Trial(Recipe(name="tiny", version=1, gates=plan), generator, tmp_path, events.append, threads=1)

    results = trial.run(Dataset((), (), NOON, {}), new, gone)

    assert isinstance(events[0], PreviousLeftOut)
    assert events[0].previous == "gone"
    assert [[against.speaker for against in result.against] for result in results if result.n] == [["base"]]
