"""Whether a document states an answer, as answers are read: in another form too, and not where it is denied."""

from services.generator import evidence
from services.generator.tuning.data.wordings import holds
from shared.scoring.finding import located
from shared.scoring.places import Place
from shared.scoring.prose import same_text
from shared.scoring.scopes import standing
from shared.scoring.tokens import spoken
from shared.stored import StoredDocument

_NOT_SO = ("denied", "taken back")


def states(document: StoredDocument, question: str, answer: str) -> bool:
    """Whether title or text have the answer somewhere where they do not say that it is not so.

    An answer that is formed, such as "yes" or a count, stands nowhere in these words.
    """
    asked = spoken(question).folded
    sentences = [document.revision.title, *evidence.sentences(document.text)]
    if not any(map(bool, map(str.strip, sentences))):
        return False
    readings = [_reads(sentence, answer, asked) for sentence in sentences]
    if any(reading is not None for reading in readings):
        return True in readings
    return holds(document.text, answer) or any(same_text(spoken(sentence), answer) for sentence in sentences)


def _reads(sentence: str, answer: str, asked: frozenset[str]) -> bool | None:
    """Whether a sentence says it; False where it denies it each time, None where it does not mention it."""
    text = spoken(sentence)
    places = [place.mention for place in located(text, answer, asked)]
    if not places:
        return None
    own = frozenset(at for place in places for at in range(place.first, place.last))
    worth = [standing(Place(text, place.first, place.last, own, asked))[0] for place in places]
    return any(said not in _NOT_SO for said in worth)
