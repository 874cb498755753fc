"""Questions in other words, by a rule: their keywords in other orders, as somebody types them into a search box.

A small model learns a wording together with its answer. Of a fact in one or two wordings it finds nothing when asked
otherwise; keywords in many orders teach it to look at what another wording shares. Short words without a capital or a
digit are no keywords, in whatever language.
"""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data.drawing import generator
from services.generator.tuning.data.example import LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.plan import BuilderOptions
from services.generator.tuning.data.wordings import normal

FEWEST = 2
TOO_SHORT = "question of fewer than two keywords"
MARKS = ".,;:!?\u00bf\u00a1\"'()\u3002\uff1f\u061f"


class Options(BuilderOptions):
    """How many of each question, and what a keyword is."""

    variants: int = Field(default=2, ge=1, description="orders of the keywords, for each wording of a fact")
    letters: int = Field(default=4, ge=1, description="of a keyword without a capital or a digit")


def build(material: Material, options: Options) -> Iterator[Made]:
    """Some examples of every question that builders before made, or of every supplied pair."""
    for example in material.drawn(options):
        words = keywords(example.question, options.letters)
        if len(words) < FEWEST or example.choices:
            yield LeftOut(TOO_SHORT)
            continue
        asked = {normal(example.question)}
        for number in range(options.variants):
            order = words.copy()
            generator(material.seed, "rewording", example.question, str(number)).shuffle(order)
            question = " ".join(order)
            if normal(question) not in asked:
                asked.add(normal(question))
                yield example.model_copy(update={"builder": "rewordings", "question": question})


def keywords(question: str, letters: int) -> list[str]:
    """Words with a capital (behind the first), a digit, or so many letters, in their order."""
    words = [word.strip(MARKS) for word in question.split()]
    return [
        word
        for place, word in enumerate(words)
        if len(word) >= letters or (place and word[:1].isupper()) or any(sign.isdigit() for sign in word)
    ]
