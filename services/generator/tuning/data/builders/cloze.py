"""Pairs made by rules: a sentence of a document with a name, a number or a date left out, which is the answer."""

from collections.abc import Iterator

from pydantic import Field

from services.generator import evidence
from services.generator.tuning.data.drawing import kept
from services.generator.tuning.data.example import Example, LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.mentions import Kind, Mention, mentions
from services.generator.tuning.data.plan import BuilderOptions
from services.generator.tuning.data.wordings import holds
from shared.stored import StoredDocument

NOTHING = "document without a name, number or date to leave out"


class Options(BuilderOptions):
    """What is left out, how often, and how it is asked."""

    kinds: tuple[Kind, ...] = ("entity", "number", "date")
    per_document: int = Field(default=4, ge=1, description="most examples of one document, chosen by chance")
    least_words: int = Field(default=6, ge=2, description="of a sentence; a shorter one says too little")
    blank: str = Field(default="____", min_length=1)
    question: str = Field(default="What is missing? {title}: {sentence}", pattern=r"\{sentence\}")


def build(material: Material, options: Options) -> Iterator[Made]:
    """Examples of every document; one that offers none is counted."""
    for identifier, document in material.documents.items():
        examples = list(_of(identifier, document, options))
        if not examples:
            yield LeftOut(NOTHING)
        yield from kept(examples, options.per_document, seed=material.seed, name_of=lambda example: example.question)


def _of(identifier: str, document: StoredDocument, options: Options) -> Iterator[Example]:
    title = document.revision.title
    for sentence in evidence.sentences(document.text):
        if len(sentence.split()) < options.least_words:
            continue
        for mention in mentions(sentence):
            question = _asked(title, sentence, mention, options)
            if mention.kind in options.kinds and not holds(question, mention.text):
                yield Example(
                    builder="cloze",
                    question=question,
                    answer=mention.text,
                    document_ids=(identifier,),
                    group=f"{identifier}: {question}",
                )


def _asked(title: str, sentence: str, mention: Mention, options: Options) -> str:
    """The question; whoever calls looks whether the answer still stands in it."""
    gap = sentence[: mention.start] + options.blank + sentence[mention.end :]
    return options.question.replace("{title}", title).replace("{sentence}", gap)
