"""The main clause of an English sentence: its subject, its finite verb and the rest, where that is plain to see.

A sentence is left alone that opens with a subordinate clause or a pronoun, that quotes, or whose verb is not found
within its first words: what cannot be turned into a question safely gives none.
"""

import re
from dataclasses import dataclass

import simplemma

from services.generator.tuning.data.asking import verbs
from services.generator.tuning.data.asking.vocabulary import words as words_of

AUXILIARIES, HAVE, PREPOSITIONS = words_of("auxiliaries"), words_of("have"), words_of("prepositions")
_OPENINGS, _NO_VERBS = words_of("openings"), words_of("no_verbs")
_PERCEIVING, _AFTER_VERBS = words_of("perceiving"), words_of("after_verbs")
_OF_OTHERS, _NO_ENDINGS, _SAYING = words_of("of_other_sentences"), words_of("no_endings"), words_of("saying")
_UNCHANGED = words_of("unchanged_participles")
_SUBORDINATE = re.compile(
    r"(?:;| - | \u2013 |:|,? (?:while|because|although|though|which|who|whose|so that|after|before|until|when|since|"
    r"where|that|if|unless|than)\b).*",
    re.DOTALL,
)
_SAID = re.compile(
    r",(?: [^,]+,?){1,2}(?: (?:has|have|had))? (?:said|says|announced|reported|decided|suggests?|found|added|confirmed)"
    r"\b[^,]*$"
)
_LIST = re.compile(
    r"\b[A-Z][\w.\u2019'-]*(?:, [A-Z][\w.\u2019'-]*(?: [A-Z][\w.\u2019'-]*)*)+,? (?:and|or|&) (?:the )?[A-Z]"
)
"""Of names with commas: the first comma ends no clause."""
_NOT_PROSE = re.compile(r"[\"\u201c\u201d?()\[\]|#@\u2022\u25ba\u2026]|--|\w:[^\W\d]|\w/[^\W\d_a-z]|://")
"""A quotation, a remark in brackets, or what a page has beside its sentences."""
LONGEST_SUBJECT, LOOKED_AT, LONGEST_REST, SHOUTED = 9, 20, 24, 3


@dataclass(frozen=True)
class Clause:
    """`verb` is finite; `auxiliary` says whether it may stand before the subject as it is. `rest` follows it."""

    subject: str
    verb: str
    rest: str
    auxiliary: bool

    @property
    def inverted(self) -> tuple[str, str]:
        """What stands before the subject in a question, and what stands behind it in the verb's place."""
        if self.auxiliary:
            return self.verb, ""
        bare = verbs.bare(self.verb) or self.verb
        if (self.verb.endswith("s") and self.verb not in HAVE) or self.verb == "has":
            return "does", bare
        return ("do" if bare == self.verb else "did"), bare


def of(sentence: str) -> Clause | None:
    """The main clause without what is subordinate behind its verb; None where it is not plain.

    A headline is none: a sentence ends with its mark.
    """
    words = _main(sentence).split()
    if not words or _NOT_PROSE.search(sentence) or not sentence.rstrip().endswith((".", "!")) or not _opens(words[0]):
        return None
    at = _verb(words)
    if at is None or any(word.endswith((",", ":")) for word in words[:at]) or not _OF_OTHERS.isdisjoint(words[1:at]):
        return None
    rest = words[at + 1 :]
    auxiliary = words[at] in AUXILIARIES or (words[at] in HAVE and _is_participle(rest[:2]))
    if not auxiliary and rest[:1] == ["by"]:
        return None
    bare, said = verbs.bare(words[at]), _first_part(rest)
    if not said or not (auxiliary or (bare and bare not in _SAYING and not _is_past(said.split()[-1]))):
        return None
    return Clause(" ".join(words[:at]), words[at], said, auxiliary)


def _opens(word: str) -> bool:
    is_shouted = len(word) > SHOUTED and word.isupper()
    opening = re.split(r"['\u2019,]", word.casefold())[0]
    return opening not in _OPENINGS and not word[0].isdigit() and not is_shouted


def _verb(words: list[str]) -> int | None:
    """Where the finite verb stands: the first auxiliary, or else the first plain verb that no other one follows.

    A boat built in the same yard sank: the form that another verb follows is a participle, or a noun.
    """
    first = words[:LOOKED_AT]
    past = [at for at in range(1, len(first)) if _is_past(words[at]) and _may_follow(words, at)]
    helping = [at for at in range(1, len(first)) if first[at] in AUXILIARIES or first[at] in HAVE]
    if helping and not (past and "and" in first[past[0] : helping[0]]):
        return helping[0] if helping[0] <= LONGEST_SUBJECT else None
    if not past:
        return next((at for at in range(1, LONGEST_SUBJECT + 1) if _is_present(words, at)), None)
    plain = [at for at in past if at <= LONGEST_SUBJECT]
    if len(plain) > 1 and words[plain[0]] in _PERCEIVING:
        return None
    alone = [at for at in plain if not any(at < later <= at + 7 and _goes_on(words, at, later) for later in plain)]
    is_participle = alone and all(words[at + 1].casefold() in PREPOSITIONS for at in plain if at < alone[0])
    return alone[0] if is_participle else None


def _goes_on(words: list[str], at: int, later: int) -> bool:
    """Whether the second verb belongs to the same clause, and is not joined to the first."""
    return not {"and", "but", "or", "to"} & set(words[at:later])


def _main(sentence: str) -> str:
    """Without who said it, and without what is subordinate behind the first words."""
    text = _SAID.sub("", sentence.strip().rstrip("."))
    opening, _, _ = text.partition(" ")
    return opening + _SUBORDINATE.sub("", text[len(opening) :])


def _first_part(rest: list[str]) -> str:
    """Up to the first comma, and without a second verb; "" where that cuts something that belongs together."""
    text = " ".join(rest)
    words = text.split(", ")[0].rstrip(",").split()
    if _LIST.search(text) or len(words) > LONGEST_REST:
        return ""
    for at, word in enumerate(words[:-1]):
        if word in ("and", "but", "or") and (words[at + 1] in AUXILIARIES | HAVE or _is_past(words[at + 1])):
            words = words[:at]
            break
    return "" if not words or words[-1] in PREPOSITIONS | _NO_ENDINGS else " ".join(words)


def _is_present(words: list[str], at: int) -> bool:
    """Whether a form in -s may be the verb of a subject that is one thing."""
    if at + 1 >= len(words):
        return False
    word, following = words[at], words[at + 1]
    is_form = word.isalpha() and word.islower() and word.endswith("s") and word not in _NO_VERBS
    before = words[at - 1]
    is_behind_a_name = before[0].isupper() or PREPOSITIONS.isdisjoint(words[:at])
    is_one = words[0].casefold() in ("a", "an", "the", "one", "each") and before.casefold() not in PREPOSITIONS
    return (
        is_form
        and is_one
        and is_behind_a_name
        and _opens_an_object(following)
        and simplemma.lemmatize(word, lang="en") != word
    )


def _may_follow(words: list[str], at: int) -> bool:
    """Whether a past form stands where a verb may: behind no preposition, an irregular one before an object."""
    following = words[at + 1] if at + 1 < len(words) else ""
    return words[at - 1].casefold() not in PREPOSITIONS and (words[at].endswith("ed") or _opens_an_object(following))


def _is_past(word: str) -> bool:
    """Whether a word has the form of a past tense."""
    if not word.isalpha() or not word.islower() or word in _NO_VERBS or word.endswith(("s", "ing", "er", "est", "en")):
        return False
    return simplemma.lemmatize(word, lang="en") != word


def _opens_an_object(word: str) -> bool:
    return bool(word) and (
        word.casefold() in PREPOSITIONS or word.casefold() in _AFTER_VERBS or word[0].isdigit() or word[0].isupper()
    )


def _is_participle(words: list[str]) -> bool:
    """Whether a past participle follows, perhaps behind an adverb: has (already) opened."""
    for word in words:
        if word.endswith("ly") or word in ("already", "not", "never", "also", "now", "again"):
            continue
        if word in _AFTER_VERBS or word in _UNCHANGED:
            return word in _UNCHANGED
        lemma = simplemma.lemmatize(word, lang="en")
        return word == "been" or word.endswith(("ed", "en", "ne", "wn")) or (lemma != word and not word.endswith("s"))
    return False
