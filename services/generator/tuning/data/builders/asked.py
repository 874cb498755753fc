"""Questions with answers, made by rules from sentences of a document. Needs no pairs; understands English alone.

A fact is asked for in up to three wordings, each by a template of its own.
"""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data.asking import wordings
from services.generator.tuning.data.asking.wordings import Template
from services.generator.tuning.data.drawing import kept
from services.generator.tuning.data.example import Example, LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.plan import BuilderOptions

NOTHING = "document without a sentence that can be asked about"


class Options(BuilderOptions):
    """How it is asked, and how much of one document."""

    templates: tuple[Template, ...] = Field(default=("question", "in place", "request"), min_length=1)
    per_document: int = Field(default=6, ge=1, description="most facts of one document, chosen by chance")


def build(material: Material, options: Options) -> Iterator[Made]:
    """Every wording of the chosen facts; a document that offers none is counted."""
    for identifier, document in material.documents.items():
        facts = wordings.of_text(document.text)
        if not facts:
            yield LeftOut(NOTHING)
        for fact in kept(facts, options.per_document, seed=material.seed, name_of=lambda asked: asked.name):
            for template in options.templates:
                yield Example(
                    builder="asked",
                    question=fact.wordings[template],
                    answer=fact.answer,
                    document_ids=(identifier,),
                    group=f"{identifier}: {fact.name}",
                )
