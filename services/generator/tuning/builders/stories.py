"""Documents by themselves: told their title, the model learns their text. Needs no pairs, teaches more slowly."""

from collections.abc import Iterator

from services.generator.tuning.dataset import Material, Pair


def build(material: Material) -> Iterator[Pair]:
    """One example per document that has both title and text."""
    for identifier, document in material.documents.items():
        title = document.revision.title
        if title and document.text.strip():
            yield Pair(question=f"What happened? {title}", answer=document.text.strip(), document_id=identifier)
