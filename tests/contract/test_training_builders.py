"""What every builder of training examples promises, whichever file it is."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.generator import replies
from services.generator.ports import Chat
from services.generator.tuning.data.example import Example, LeftOut
from services.generator.tuning.data.learned import LearnedRevision
from services.generator.tuning.data.material import Material, Previous
from services.generator.tuning.data.plan import BUILDERS, BuilderOptions, Stage
from shared import plugins
from tests.datasets import material, newswire

NAMES = plugins.names(BUILDERS)


class Copying:
    """A teacher that asks for the title's subject, and whose answers are the first words after the title."""

    name = "copying"

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        return [self._reply(chat.user.splitlines()) for chat in chats]

    def _reply(self, lines: list[str]) -> str:
        if lines[0].startswith("Ask the same"):
            return f"1. In other words: {lines[-1]}\n"
        said = " ".join(lines[1].split()[:3])
        return f"Q: How does '{lines[0]}' begin?\nA: {said}" if "Q: question" in lines else said


@pytest.fixture(scope="module")
def sample() -> Material:
    documents, pairs = newswire()
    earlier = [
        Example(builder="pairs", question="Old?", answer="old", document_ids=(documents[0].revision.document_id,))
    ]
    learned = {of.revision.document_id: LearnedRevision.of(of.revision) for of in documents}
    return material(documents, pairs, previous=Previous("before", learned, earlier), teacher=Copying())


def made(name: str, sample: Material, **options: Any) -> list[Example | LeftOut]:
    stage = Stage.model_validate({name: options})
    return list(plugins.load(BUILDERS, name)(sample, stage.options))


def examples(name: str, sample: Material) -> list[Example]:
    options = {"of_previous": 1.0} if name == "replay" else {}
    return [example for example in made(name, sample, **options) if isinstance(example, Example)]


@pytest.mark.parametrize("name", NAMES)
def test_examples_carry_their_builder_and_come_from_known_documents_alone(name: str, sample: Material) -> None:
    built = examples(name, sample)

    assert built
    assert {example.builder for example in built} == {name}
    assert all(set(example.document_ids) <= set(sample.documents) for example in built)
    assert all(example.answer.strip() for example in built)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_material_gives_the_same_examples(name: str, sample: Material) -> None:
    assert made(name, sample) == made(name, sample)


@pytest.mark.parametrize("name", NAMES)
def test_only_prompts_with_evidence_have_passages_and_only_raw_text_has_no_question(
    name: str, sample: Material
) -> None:
    for example in examples(name, sample):
        assert bool(example.passages) is (example.form == "rag")
        assert bool(example.question) is (example.form != "text")


@pytest.mark.parametrize("name", NAMES)
def test_who_abstains_says_the_phrase_that_serving_understands(name: str, sample: Material) -> None:
    for example in examples(name, sample):
        chunks = [str(number) for number, _ in enumerate(example.passages)]
        read = replies.parse(example.answer, chunk_ids=chunks, abstain="I don't know.")
        assert (read.status == "abstained") is example.abstains


@pytest.mark.parametrize("name", NAMES)
def test_a_builder_without_material_makes_nothing(name: str) -> None:
    assert [
        example for example in made(name, material([], [], teacher=Copying())) if isinstance(example, Example)
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused_with_the_builders_name(name: str) -> None:
    with pytest.raises(ValueError, match=rf"builder {name}: distracters: Extra inputs"):
        Stage.model_validate({name: {"distracters": 1}})


@pytest.mark.parametrize("name", NAMES)
def test_options_can_limit_every_builder(name: str) -> None:
    assert issubclass(plugins.load(BUILDERS, name, "Options"), BuilderOptions)  # type: ignore[arg-type]
