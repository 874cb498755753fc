"""Where the finite verb of an English sentence stands, by the forms of its words and what stands beside them."""

import simplemma

from services.generator.tuning.data.asking.vocabulary import words as words_of

AUXILIARIES, HAVE, PREPOSITIONS = words_of("auxiliaries"), words_of("have"), words_of("prepositions")
_PERCEIVING, _AFTER_VERBS, _NO_VERBS = words_of("perceiving"), words_of("after_verbs"), words_of("no_verbs")
_UNCHANGED = words_of("unchanged_participles")
LONGEST_SUBJECT, LOOKED_AT = 9, 20
"""Words: of a subject, and from the beginning among which a verb is looked for."""


def finite(words: list[str]) -> int | None:
    """Where the finite verb stands: the first auxiliary, or else the first plain verb that no other one follows.

    A boat built in the same yard sank: the form that another verb follows is a participle, or a noun.
    """
    first = words[:LOOKED_AT]
    past = [at for at in range(1, len(first)) if is_past(words[at]) and _may_follow(words, at)]
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


def goes_on_with_a_verb(words: list[str]) -> bool:
    """Whether a verb comes next, perhaps behind an adverb, as in and once held."""
    is_adverb = words[0] in ("also", "later", "once", "then") or words[0].endswith("ly")
    return any(map(_may_be_verb, words[1:2] if is_adverb else words[:1]))


def begins_a_clause(words: list[str]) -> bool:
    """Whether a name of one or two words and a verb follow, as in and Getzlaf has."""
    if not words or not words[0][0].isupper():
        return False
    behind = words[1:] if len(words) > 1 and words[1][0].islower() else words[2:]
    return any(map(_may_be_verb, behind[:1]))


def _may_be_verb(word: str) -> bool:
    return word in AUXILIARIES or word in HAVE or is_past(word)


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


def is_past(word: str) -> bool:
    """Whether a word has the form of a past tense."""
    if not word.isalpha() or not word.islower() or word in _NO_VERBS or word.endswith(("s", "ing", "er", "est", "en")):
        return False
    return simplemma.lemmatize(word, lang="en") != word


def _opens_an_object(word: str) -> bool:
    return bool(word) and (
        word.casefold() in PREPOSITIONS or word.casefold() in _AFTER_VERBS or word[0].isdigit() or word[0].isupper()
    )


def has_participle(words: list[str]) -> bool:
    """Whether a past participle follows, perhaps behind an adverb: has (already) opened."""
    for word in words:
        if word.endswith("ly") or word in ("already", "not", "never", "also", "now", "again"):
            continue
        if word in _AFTER_VERBS or word in _UNCHANGED:
            return word in _UNCHANGED
        lemma = simplemma.lemmatize(word, lang="en")
        return word == "been" or word.endswith(("ed", "en", "ne", "wn")) or (lemma != word and not word.endswith("s"))
    return False
