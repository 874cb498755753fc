"""The main clause of an English sentence: its subject, its finite verb and the rest, where that is plain to see.

A sentence is left alone that opens with a subordinate clause or a pronoun, that quotes, or whose verb is not found
within its first words: what cannot be turned into a question safely gives none.
"""

import re
from dataclasses import dataclass, replace

from services.generator.tuning.data.asking import finite_verbs, verbs
from services.generator.tuning.data.asking.finite_verbs import AUXILIARIES, HAVE, PREPOSITIONS
from services.generator.tuning.data.asking.vocabulary import words as words_of

_OPENINGS = words_of("openings")
_OF_OTHERS, _NO_ENDINGS, _SAYING = words_of("of_other_sentences"), words_of("no_endings"), words_of("saying")
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
_NUMBERS = re.compile(r"\d, (?:(?:and|or) )?\d+(?:,|\.| and | or |$)")
"""A list of them, of which each is as true as the next."""
_REMARK = re.compile(r"\s*\([^()]*\)")
"""In brackets: what it says is not asked for, and the sentence reads without it."""
_CAPTION = re.compile(
    r"\((?:[^()]*\b)?(?:left|right|cent(?:er|re)|above|below|pictured|photo|file)\b[^()]*\)", re.IGNORECASE
)
_NOT_PROSE = re.compile(r"[\"\u201c\u201d?()\[\]|#@\u2022\u25ba\u2026]|--|\w:[^\W\d]|\w/[^\W\d_a-z]|://")
"""A quotation, a bracket that is left, or what a page has beside its sentences."""
_FRONTED = re.compile(r"((?:In|On|At|From|During|After|Before|Since|By|Between|Until) [^,;:]{3,60}), (?=[^\W\d])")
_OPENING_ADVERB = re.compile(rf"(?:{'|'.join(sorted(words_of('opening_adverbs')))}), (?=[^\W\d])")
MOST_FRONTED = 8
"""Words of a phrase before the subject that is moved behind the rest."""
LONGEST_REST, SHOUTED = 24, 3


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

    A headline is none: a sentence ends with its mark. A remark in brackets and an opening adverb are left out, and a
    phrase that comes before the subject, with its comma, comes behind the rest.
    """
    if _CAPTION.search(sentence):
        return None
    sentence = _OPENING_ADVERB.sub("", _REMARK.sub("", sentence).strip(), count=1)
    fronted = _FRONTED.match(sentence)
    if fronted is None:
        return _plain(sentence)
    phrase, plain = fronted[1], _plain(sentence[fronted.end() :], is_opening=False)
    words = phrase.split()
    has_verb = any(map(finite_verbs.is_past, words)) or words[1].endswith("ing") or words[-1].endswith("ing")
    if plain is None or len(words) > MOST_FRONTED or has_verb:
        return None
    return replace(plain, rest=f"{plain.rest} {words[0].lower()} {' '.join(words[1:])}")


def _plain(sentence: str, *, is_opening: bool = True) -> Clause | None:
    """The clause of a sentence that begins with its subject; `is_opening`: with a capital for that alone."""
    words = _main(sentence).split()
    if not words or _NOT_PROSE.search(sentence) or not sentence.rstrip().endswith((".", "!")) or not _opens(words[0]):
        return None
    if not is_opening and words[0] not in ("there", "a", "an", "the") and not words[0][0].isupper():
        return None
    at = finite_verbs.finite(words)
    if at is None or any(word.endswith((",", ":")) for word in words[:at]) or not _OF_OTHERS.isdisjoint(words[1:at]):
        return None
    rest = words[at + 1 :]
    auxiliary = words[at] in AUXILIARIES or (words[at] in HAVE and finite_verbs.has_participle(rest[:2]))
    if not auxiliary and rest[:1] == ["by"]:
        return None
    bare, said = verbs.bare(words[at]), _first_part(rest)
    if not said or not (auxiliary or (bare and bare not in _SAYING and not finite_verbs.is_past(said.split()[-1]))):
        return None
    return Clause(" ".join(words[:at]), words[at], said, auxiliary)


def _opens(word: str) -> bool:
    is_shouted = len(word) > SHOUTED and word.isupper()
    opening = re.split(r"['\u2019,]", word.casefold())[0]
    return opening not in _OPENINGS and not word[0].isdigit() and not is_shouted


def _main(sentence: str) -> str:
    """Without who said it, and without what is subordinate behind the first words."""
    text = _SAID.sub("", sentence.strip().rstrip("."))
    opening, _, _ = text.partition(" ")
    return opening + _SUBORDINATE.sub("", text[len(opening) :])


def _first_part(rest: list[str]) -> str:
    """Up to the first comma, and without a second verb; "" where that cuts something that belongs together."""
    text = " ".join(rest)
    words = text.split(", ")[0].rstrip(",").split()
    if _LIST.search(text) or _NUMBERS.search(text) or len(words) > LONGEST_REST:
        return ""
    words = words[: words.index("but")] if "but" in words else words
    for at, word in enumerate(words[:-1]):
        if word in ("and", "or") and (
            finite_verbs.goes_on_with_a_verb(words[at + 1 :]) or finite_verbs.begins_a_clause(words[at + 1 : at + 4])
        ):
            words = words[:at]
            break
    return "" if not words or words[-1] in PREPOSITIONS | _NO_ENDINGS else " ".join(words)
