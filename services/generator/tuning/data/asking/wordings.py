"""A fact of a document in several wordings, each of another template: some can teach, and others ask."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import simplemma

from services.generator import evidence
from services.generator.tuning.data.asking import clauses, finite_verbs, gaps
from services.generator.tuning.data.asking.clauses import Clause
from services.generator.tuning.data.asking.gaps import Gap
from services.generator.tuning.data.asking.vocabulary import words as words_of
from services.generator.tuning.data.mentions import mentions
from services.generator.tuning.data.wordings import holds

FEWEST_WORDS, LONGEST, LONGEST_TEXT = 5, 1_000, 100_000
"""Words and characters of a wording; characters of a document that are read."""
PRONOUNS = words_of("pronouns")
_ENDS = re.compile(rf" (?:{'|'.join(sorted(finite_verbs.PREPOSITIONS | words_of('no_endings')))}|(?:at|by) \d+)[?.]$")
"""What was cut off where it does not end."""
DETERMINERS, SAYING = words_of("determiners"), words_of("verbs_of_saying")
_ABBREVIATED = frozenset(f"{word}." for word in words_of("abbreviated"))
_BEFORE_NAMES = _ABBREVIATED & frozenset(f"{word}." for word in words_of("titles") | words_of("before_names"))
_NO_NAMES = PRONOUNS | words_of("openings")
_INITIALS = re.compile(r"(?:^|[\s.])[A-Z]\.$")
_ADVERBS = words_of("adverbs")


Template = Literal["question", "in place", "request"]


@dataclass(frozen=True)
class Asked:
    """One fact: its answer, what kind of thing it is, and template -> wording."""

    answer: str
    kind: str
    sentence: str
    wordings: Mapping[Template, str]

    @property
    def is_short(self) -> bool:
        """Whether pairs and questions may be so long."""
        return max(map(len, (self.answer, *self.wordings.values()))) <= LONGEST

    @property
    def also(self) -> tuple[str, ...]:
        """Other ways to say the answer: a person by the last name, but for the number of a king."""
        last = self.answer.split()[-1]
        return (last,) if self.kind == "person" and not last.isupper() else ()

    @property
    def name(self) -> str:
        """Tells it from the other facts of a document."""
        return self.wordings["question"]


def of_text(text: str) -> list[Asked]:
    """Facts of all sentences that are understood, in their order, of the first `LONGEST_TEXT` characters."""
    text = text[:LONGEST_TEXT]
    sentences = [sentence for line in text.splitlines() for sentence in _whole(evidence.sentences(line))]
    return [asked for sentence in sentences if len(sentence) <= LONGEST for asked in of_sentence(sentence, text)]


def _whole(parts: Iterable[str]) -> Iterator[str]:
    """Sentences that are not cut: what ends in Jan. or Gov. goes on, and nobody knows of what ends in U.S."""
    begun, is_whole = "", True
    for part, following in pairwise([*parts, ""]):
        begun = f"{begun} {part}".strip()
        if _is_cut(part, following):
            continue
        ends_in_initials = _INITIALS.search(part) is not None
        if is_whole and not ends_in_initials:
            yield begun
        begun, is_whole = "", not ends_in_initials


def _is_cut(part: str, following: str) -> bool:
    """Whether a sentence goes on behind its point: Jan. 6, Gov. Marr, but not: in Dec. The mayor."""
    last, first = part.rsplit(maxsplit=1)[-1], following.split(maxsplit=1)[0] if following else ""
    if last not in _ABBREVIATED or not first:
        return False
    is_name = first[0].isupper() and first not in DETERMINERS and first.lower() not in _NO_NAMES
    return first[0].islower() or first[0].isdigit() or (is_name and last in _BEFORE_NAMES)


def of_sentence(sentence: str, text: str = "") -> Iterator[Asked]:
    """All that can be asked of one; `text` is its document's, which tells who is a person."""
    clause = clauses.of(sentence)
    if clause is None:
        return
    for gap in gaps.in_rest(clause.rest):
        if not clause.auxiliary and finite_verbs.is_past(_without(clause, gap).split(" ")[-1]):
            continue
        asked = Asked(gap.answer, gap.kind, sentence, _about_the_rest(clause, gap, text))
        if _is_sound(asked):
            yield asked
    if _is_person(clause.subject, text):
        asked = Asked(clause.subject, "person", sentence, _about_the_subject(clause))
        if _is_sound(asked):
            yield asked


def _without(clause: Clause, gap: Gap) -> str:
    """What follows the verb, without what is asked for."""
    return _joined(clause.rest.replace(gap.phrase, "", 1))


def _about_the_rest(clause: Clause, gap: Gap, text: str) -> Mapping[Template, str]:
    first, verb = clause.inverted
    subject, without = _within(clause.subject, text), _without(clause, gap)
    told = clause.rest.replace(gap.phrase, gap.asks, 1)
    return {
        "question": f"{_capital(_joined(f'{gap.asks} {first} {subject} {verb} {without}'))}?",
        "in place": f"{_joined(f'{clause.subject} {clause.verb} {told}')}?",
        "request": f"{_joined(f'Tell me {gap.asks} {subject} {clause.verb} {without}')}.",
    }


def _about_the_subject(clause: Clause) -> Mapping[Template, str]:
    said = f"{clause.verb} {clause.rest}"
    return {
        "question": f"Who {said}?",
        "in place": f"The person who {said} is called what?",
        "request": f"Name the person who {said}.",
    }


def _is_sound(asked: Asked) -> bool:
    """Whether each wording names something else than the answer, and does not give the answer away."""
    return all(
        not holds(wording, asked.answer)
        and len(wording.split()) >= FEWEST_WORDS
        and PRONOUNS.isdisjoint(wording.rstrip("?.").split())
        and _ENDS.search(wording) is None
        for wording in asked.wordings.values()
    ) and any(mention.kind == "entity" for mention in mentions(asked.name[1:]))


def _is_person(subject: str, text: str) -> bool:
    """Two or three capitalised words, of which the text says the last again as of somebody who speaks or acts."""
    words = subject.split()
    if not 2 <= len(words) <= 3 or not all(word[0].isupper() and word.isalpha() for word in words):
        return False
    if words[0] in DETERMINERS or words[0] in _ADVERBS or words[0].endswith("ly"):
        return False
    last = words[-1]
    return any(f"{last} {verb}" in text or f"{verb} {last}" in text for verb in SAYING) or (
        f"{subject}, who " in text or f"{subject}, the " in text
    )


def _within(subject: str, text: str) -> str:
    """A subject that no longer opens a sentence: a word that the text writes with a capital elsewhere is a name.

    So is one that the dictionary has with a capital, as French and Greenland.
    """
    first, _, rest = subject.partition(" ")
    is_name = re.search(rf"[a-z,;] {re.escape(first)}\b", text) is not None
    is_name = is_name or re.match(r"(?:[^\W\d_a-z]|(?:and|&) [^\W\d_a-z])", rest) is not None
    is_name = is_name or simplemma.lemmatize(first, lang="en") == first
    is_word = simplemma.is_known(first.lower(), lang="en") and not is_name
    return f"{first.lower()} {rest}".strip() if first in DETERMINERS or is_word else subject


def _joined(text: str) -> str:
    return " ".join(text.split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
