"""The supplied questions and answers, as they are: the closest to what will be asked."""

from collections.abc import Iterator

from services.generator.tuning.data.dataset import Material
from services.generator.tuning.data.example import Example


def build(material: Material) -> Iterator[Example]:
    """Every pair whose document may be learned."""
    for pair in material.pairs:
        yield Example(builder="pairs", question=pair.question, answer=pair.answer, document_ids=(pair.document_id,))
