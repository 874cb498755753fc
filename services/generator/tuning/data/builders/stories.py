"""Documents by themselves: told their title, the model learns their text. Needs no pairs, teaches more slowly."""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data.example import Example, LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.pieces import pieces
from services.generator.tuning.data.plan import BuilderOptions


class Options(BuilderOptions):
    """How it is asked, and the length of an answer."""

    question: str = Field(default="What happened? {title}", pattern=r"\{title\}")
    words: int = Field(default=250, ge=1, description="of one answer; of a longer text the beginning is learned")


def build(material: Material, options: Options) -> Iterator[Made]:
    """One example per document that has both title and text."""
    for identifier, document in material.documents.items():
        title, parts = document.revision.title, pieces(document.text, options.words)
        if title and parts:
            question = options.question.replace("{title}", title)
            yield Example(builder="stories", question=question, answer=parts[0], document_ids=(identifier,))
        else:
            yield LeftOut("story without title or text")
