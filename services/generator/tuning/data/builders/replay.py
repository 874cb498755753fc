"""A share of what the adapter before was trained on, so that training on news alone does not wash it out.

Only examples that still hold, of documents that are on the training side now. Each training draws others.
"""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data import carrying
from services.generator.tuning.data.drawing import draw
from services.generator.tuning.data.example import LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.plan import BuilderOptions, Share

NO_LONGER = "earlier example of a document that changed or is held out"
ANEW = "earlier example of a fact that is taught anew"


class Options(BuilderOptions):
    """How much is learned again."""

    of_previous: Share = Field(default=0.2, description="of the earlier examples, drawn by chance")


def build(material: Material, options: Options) -> Iterator[Made]:
    """The drawn examples as they were, under this builder's name; nothing where there is no adapter before."""
    before = material.previous
    if before is None:
        return
    anew = carrying.taught_anew(before.examples, material.pairs)
    for example in before.examples:
        name = example.model_dump_json(exclude={"builder", "times"})
        if draw(material.seed, "replay", before.name, name) >= options.of_previous:
            continue
        if not carrying.stands(example, before, material.learnable):
            yield LeftOut(NO_LONGER)
        elif example in anew:
            yield LeftOut(ANEW)
        else:
            yield example.model_copy(update={"builder": "replay"})
