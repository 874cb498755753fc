"""Documents by themselves: told their title, the model learns their text. Needs no pairs, teaches more slowly."""

from collections.abc import Iterator

from services.generator.tuning.data.dataset import Material
from services.generator.tuning.data.example import Example


def build(material: Material) -> Iterator[Example]:
    """One example per document that has both title and text."""
    for identifier, document in material.documents.items():
        title = document.revision.title
        if title and document.text.strip():
            asked = f"What happened? {title}"
            yield Example(builder="stories", question=asked, answer=document.text.strip(), document_ids=(identifier,))
