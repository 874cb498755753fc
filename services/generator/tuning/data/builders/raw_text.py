"""Raw text: next-token training over the documents, as in pre-training."""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data.example import Example
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.pieces import pieces
from services.generator.tuning.data.plan import BuilderOptions


class Options(BuilderOptions):
    """How a long document is cut, so that nothing of it is lost behind the trainer's longest example."""

    words: int = Field(default=250, ge=1, description="of one example")
    title: bool = Field(default=True, description="whether each piece opens with the title and the date")


def build(material: Material, options: Options) -> Iterator[Example]:
    """The pieces of every document."""
    for identifier, document in material.documents.items():
        of = document.revision
        head = f"{of.title} ({of.published_at:%Y-%m-%d})\n" if options.title and of.title else ""
        for piece in pieces(document.text, options.words):
            yield Example(builder="raw_text", form="text", answer=head + piece, document_ids=(identifier,))
