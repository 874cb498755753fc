"""Stories: which facts one says, in which words and order, and the text that comes of it for any values.

The words are chosen once, as a plan with slots. A correction fills the same plan with another value; a reprint is the
plan with another title and one sentence fewer.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from shared.lab.wires.draw import Draw
from shared.lab.wires.grammar import Writer, chosen
from shared.lab.wires.kind import Kind, common
from shared.lab.wires.values import Style, Value

WORDS = {"short": (70, 105), "long": (140, 195)}
QUOTES = {"short": 1, "long": 2}
MOST_ENDINGS = 2
OPENINGS = ("In all", "Altogether", "All told,")
"""Of sentences that would begin with a figure; a story uses each once while it can."""
PARAGRAPH = (1, 2, 2, 3)
"""Sentences of one, a lead or a quotation apart."""


@dataclass(frozen=True)
class Sentence:
    """A template without choices, and what it is there for; one that says a fact names it."""

    template: str
    part: Literal["lead", "fact", "quote", "filler", "ending"]
    fact: str = ""


@dataclass(frozen=True)
class Plan:
    """The words of a text, with slots for the values."""

    title: str
    paragraphs: Sequence[Sequence[Sentence]]

    def text(self, values: Mapping[str, Value], note: str = "") -> str:
        """Paragraphs separated by a newline; a note on a correction is the last one."""
        writer = Writer(values)
        written = [" ".join(writer.write(said.template) for said in paragraph) for paragraph in self.paragraphs]
        return "\n".join([*written, note] if note else written)

    def headline(self, values: Mapping[str, Value]) -> str:
        return Writer(values).write(self.title)

    def without(self, sentence: Sentence) -> Sequence[Sequence[Sentence]]:
        """Its paragraphs but for one sentence."""
        fewer = [[said for said in paragraph if said is not sentence] for paragraph in self.paragraphs]
        return [paragraph for paragraph in fewer if paragraph]


@dataclass
class Story:
    """A story with everything that it could say: `said` are the facts in it, `left` those that it leaves out.

    `values` are those of its latest version. Each of `reprints` is another document that says the same.
    """

    document_id: str
    kind: Kind
    desk: str
    style: Style
    published_at: datetime
    values: dict[str, Value]
    said: Sequence[str]
    left: Sequence[str]
    plan: Plan
    reprints: Sequence[str] = ()

    @property
    def text(self) -> str:
        return self.plan.text(self.values)


class Author:
    """Chooses words: of several ways to say a thing one that the wire has used least."""

    def __init__(self, draw: Draw, length: str) -> None:
        self._draw = draw
        self._length = length
        self._used: Counter[str] = Counter()

    def plan(self, kind: Kind, facts: Sequence[str], values: Mapping[str, Value]) -> Plan:
        """A title, a lead, the facts in an order of chance, what somebody said, and sentences that go with it."""
        facts_said = [Sentence(self._one_of(kind.facts[fact].sentences), "fact", fact) for fact in facts]
        body = self._draw.shuffled(facts_said)
        for number, quote in enumerate(self._ranked(kind.quotes)[: QUOTES[self._length]]):
            place = len(body) if number else self._draw.between(1, len(body) - 1)
            body.insert(place, Sentence(self._framed(self._taken(quote), again=number > 0), "quote"))
        lead, title = Sentence(self._one_of(kind.leads), "lead"), self._one_of(kind.titles)
        body = _clear(kind, self._filled(kind, [lead, *body], values))
        return Plan(title, list(self._paragraphs(body)))

    def title(self, form: str, title: str, desk: str = "") -> str:
        """The title of a correction or a reprint."""
        return self._one_of(common()["titles"][form]).replace("{title}", title).replace("{desk}", desk)

    def note(self, form: str) -> str:
        """A sentence that says that an earlier version was wrong, and not what it said."""
        return self._one_of(common()["notes"][form])

    def update(self, kind: Kind, fact: str, plan: Plan) -> Plan:
        """A later story that gives one fact a new value, with a sentence or two of background."""
        news = Sentence(self._one_of(kind.facts[fact].change), "fact", fact)
        fillers = [self._background(text, "filler") for text in self._ranked(kind.fillers)[:2]]
        quote = Sentence(self._framed(self._one_of(kind.quotes)), "quote")
        title = self.title("update", plan.title).replace("{key}", f"{{{kind.key}}}")
        return Plan(title, [[news, fillers[0]], [quote], [fillers[1]]])

    def reprint(self, plan: Plan, desk: str) -> Plan:
        """Another desk's near-copy: another title, and one sentence that says no fact left out."""
        spare = [said for paragraph in plan.paragraphs for said in paragraph if said.part not in ("lead", "fact")]
        return Plan(self.title("reprint", plan.title, desk), plan.without(spare[-1]))

    def _filled(self, kind: Kind, sentences: list[Sentence], values: Mapping[str, Value]) -> list[Sentence]:
        """The sentences, with as many more as the length asks for."""
        wanted = self._draw.between(*WORDS[self._length])
        fillers, endings = self._ranked(kind.fillers), self._ranked(common()["endings"])[:MOST_ENDINGS]
        spare = [(text, "filler") for text in fillers]
        spare[1:1] = [(endings[0], "ending")]
        spare.append((endings[1], "ending"))
        while len(Plan("", [sentences]).text(values).split()) < wanted and spare:
            template, part = spare.pop(0)
            if part == "ending":
                sentences.append(self._background(template, "ending"))
            else:
                last = sum(1 for sentence in sentences if sentence.part != "ending")
                sentences.insert(self._draw.between(2, last), self._background(template, "filler"))
        return sentences

    def _paragraphs(self, sentences: Sequence[Sentence]) -> Iterator[Sequence[Sentence]]:
        paragraph: list[Sentence] = []
        size = self._draw.pick(PARAGRAPH)
        for sentence in sentences:
            if paragraph and ("quote" in (sentence.part, paragraph[-1].part) or len(paragraph) >= size):
                yield paragraph
                paragraph, size = [], self._draw.pick(PARAGRAPH)
            paragraph.append(sentence)
        yield paragraph

    def _framed(self, quote: str, *, again: bool = False) -> str:
        """A quotation with its speaker; of one who speaks again it is not said that a comment was asked for."""
        first, second = (half.removesuffix(".") for half in quote.split(" // "))
        return (
            self._one_of(common()["frames_again" if again else "frames"])
            .replace("{first}", first)
            .replace("{second}", second)
        )

    def _one_of(self, templates: Sequence[str]) -> str:
        return self._taken(self._ranked(templates)[0])

    def _ranked(self, templates: Sequence[str]) -> list[str]:
        """Those used least first, in an order of chance."""
        return sorted(self._draw.shuffled(templates), key=lambda template: self._used[template])

    def _taken(self, template: str, *, together: bool = False) -> str:
        """The template with its choices made, and counted as used."""
        self._used[template] += 1
        return chosen(template, self._draw, together=together)

    def _background(self, template: str, part: Literal["filler", "ending"]) -> Sentence:
        """A sentence that says no fact; its choices go together."""
        return Sentence(self._taken(template, together=True), part)


def _clear(kind: Kind, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, with a noun for a pronoun that would be taken for something else than what the lead speaks of.

    A second one that would begin like an earlier one with a sum begins otherwise.
    """
    clear, openings = list(sentences[:1]), list(OPENINGS)
    for before, sentence in pairwise(sentences):
        pronoun, _, rest = sentence.template.partition(" ")
        if opening := next((words for words in OPENINGS if sentence.template.startswith(f"{words} ")), None):
            other = openings.pop(0) if openings else opening
            clear.append(replace(sentence, template=sentence.template.replace(opening, other, 1)))
        elif before.part != "lead" and pronoun in kind.pronouns and sentence.part != "quote":
            clear.append(replace(sentence, template=f"{kind.pronouns[pronoun]} {rest}"))
        else:
            clear.append(sentence)
    return clear
