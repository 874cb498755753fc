"""A share of what the adapter before was trained on, so that training on news alone does not wash it out.

Only examples all of whose documents still say exactly what was learned, and are on the training side now.
"""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data.drawing import draw
from services.generator.tuning.data.example import LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.plan import BuilderOptions, Share

NO_LONGER = "earlier example of a document that changed or is held out"


class Options(BuilderOptions):
    """How much is learned again."""

    of_previous: Share = Field(default=0.2, description="of the earlier examples, drawn by chance")


def build(material: Material, options: Options) -> Iterator[Made]:
    """The drawn examples as they were, under this builder's name; nothing where there is no adapter before."""
    for example in material.previous.examples if material.previous else ():
        if draw(material.seed, "replay", example.model_dump_json(exclude={"builder"})) >= options.of_previous:
            continue
        if all(_stands(material, identifier) for identifier in example.document_ids):
            yield example.model_copy(update={"builder": "replay"})
        else:
            yield LeftOut(NO_LONGER)


def _stands(material: Material, document_id: str) -> bool:
    document = material.learnable.get(document_id)
    return document is not None and material.previous is not None and material.previous.knows(document.revision)
