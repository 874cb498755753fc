"""What an answer says, as a careful person would read it against the accepted answers, and by which rule.

An accepted answer has a kind: yes or no, an amount, a date, a time of day, a choice, a name or a phrase, a longer text.
By its kind it is looked for in the answer, and it counts where it is asserted: not where it is denied, hedged, taken
back, asked, or one of several that are named. A long answer is read no further than what it calls its answer, so that
nothing becomes right by being somewhere in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from shared.abstaining import abstains
from shared.messages import Answer, Question
from shared.scoring import polarity, values
from shared.scoring.bounds import opening
from shared.scoring.choices import Choices
from shared.scoring.choosing import chosen
from shared.scoring.finding import Located, located
from shared.scoring.names import phrase
from shared.scoring.places import Place
from shared.scoring.prose import same_text
from shared.scoring.scopes import standing
from shared.scoring.tokens import Spoken, cleaned, spoken

VERSION = "3"
LONG = 40
"""Words: what is longer is no answer but a text, in which an accepted answer may stand for any reason."""
ROOM = 60
"""Characters: of mark-up, citations and articles, by which what is equal may be longer."""
_CALLED = regex.compile(
    r"(?:^|[\s(*])(?:(?:the|my)\s)?(?:(?:final|short|correct)\s)?(?:answer|antwort|respuesta|réponse|risposta|resposta|ответ)"
    r"(?:\s(?:is|ist|es|est|è|é)\b)?\s?(?::|[-\u2013](?=\s))?\s*(?P<said>[^\n]+)",
    regex.IGNORECASE,
)


_LABELS = regex.compile(r"(?<![^\s])\(?[A-Ha-h1-9]\)\s")


@dataclass(frozen=True)
class Reading:
    """Whether an answer is right (1.0) or not (0.0), the rule that says so, and whether a person should look again."""

    value: float
    rule: str
    doubtful: bool = False


SAME = Reading(1.0, "text", doubtful=True)


def read(asked: Question, answered: Answer) -> Reading | None:
    """How the answer reads; None without accepted answers and for a summary, whose references are whole texts."""
    if not asked.references or asked.kind == "summarisation":
        return None
    question, answer = opening(asked, answered)
    if answer.status != "answered":
        return Reading(0.0, answer.status)
    references = question.references or ()
    if question.choices and (reading := _by_choice(question.choices, references, answer.text)):
        return reading
    return asserts(answer.text, references, question.text)


def asserts(answer: str, references: Sequence[str], question: str = "") -> Reading:
    """Whether a text asserts one of several accepted answers to a question."""
    if any(_equal(answer, reference) for reference in references):
        return Reading(1.0, "equal")
    if abstains(answer):
        return Reading(0.0, "abstained")
    polar = [said for reference in references if (said := polarity.of_reference(reference)) is not None]
    if polar and (reading := _yes_or_no(answer, polar)):
        return reading
    labelled = answer.count(")") > 1 and len(_LABELS.findall(answer)) > 1
    words = spoken(_LABELS.sub(" | ", answer) if labelled else answer)
    if words.words > LONG + 2 * min(LONG, max(spoken(reference).words for reference in references)):
        reading = _long(answer, references, question)
        return reading if reading.value or not any(same_text(words, reference) for reference in references) else SAME
    return _short(words, references, question)


@lru_cache(maxsize=1_024)
def _plain(text: str) -> tuple[str, ...]:
    return tuple(token.folded for token in phrase(text.strip().strip(".")))


def _equal(answer: str, reference: str) -> bool:
    """Word for word and sign for sign, but for an article, the case, and a full stop."""
    if len(answer) > 2 * len(reference) + ROOM:
        return False
    ours, theirs = cleaned(answer).strip(" .\"'!"), cleaned(reference).strip(" .\"'!")
    if ours.casefold() == theirs.casefold():
        return bool(ours) and polarity.of_reference(reference) is None
    return bool(_plain(answer)) and _plain(answer) == _plain(reference) and not values.quantity(reference)


def _by_choice(choices: Sequence[str], references: Sequence[str], text: str) -> Reading | None:
    """The choice that the answer names; None where no reference names one choice."""
    among = Choices(choices)
    named = [among.named(reference) for reference in references]
    right = frozenset[int]().union(*(places for places in named if len(places) == 1))
    if not right:
        return None
    said = chosen(choices, text)
    return Reading(float(len(said) == 1 and said <= right), "choice", len(said) > 1)


def _yes_or_no(answer: str, wanted: Sequence[bool]) -> Reading | None:
    said, outright = polarity.of_answer(answer)
    if said is None:
        return Reading(0.0, "neither yes nor no", doubtful=True)
    return Reading(float(said in wanted), "yes or no", not outright)


def _long(answer: str, references: Sequence[str], question: str) -> Reading:
    """A long answer counts by what it calls its answer, if that is short."""
    called = [match["said"] for match in _CALLED.finditer(cleaned(answer))]
    last = spoken(called[-1].split(". ")[0]) if called else None
    if last is not None and last.words <= LONG // 2:
        reading = _short(last, references, question)
        return Reading(reading.value, f"long: {reading.rule}", doubtful=True)
    return Reading(0.0, "long", doubtful=True)


def _short(answer: Spoken, references: Sequence[str], question: str) -> Reading:
    asked = spoken(question).folded
    mentioned = [place for reference in references for place in located(answer, reference, asked)]
    if not mentioned:
        return SAME if any(same_text(answer, reference) for reference in references) else Reading(0.0, "not said")
    own = frozenset(token for place in mentioned for token in range(place.mention.first, place.mention.last))
    best = Reading(0.0, "not said")
    for number, place in enumerate(mentioned):
        reading = _weighed(answer, place, own, asked)
        if not number or (reading.value, not reading.doubtful) > (best.value, not best.doubtful):
            best = reading
        if best.value and not best.doubtful:
            break
    return best


def _weighed(answer: Spoken, place: Located, own: frozenset[int], asked: frozenset[str]) -> Reading:
    mention = place.mention
    if not place.stated:
        return Reading(0.0, f"{mention.rule}, a range or a bound", doubtful=True)
    first, last = mention.first, mention.last
    while first - 1 in own:
        first -= 1
    while last in own:
        last += 1
    worth, doubtful = standing(Place(answer, first, last, own, asked))
    right = worth == "asserted"
    return Reading(
        float(right), mention.rule if right else f"{mention.rule}, {worth}", doubtful or (right and mention.doubtful)
    )
