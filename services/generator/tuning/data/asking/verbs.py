"""The bare form of an English verb, as it stands behind `did`: only one that is a word."""

import re
from collections.abc import Iterator

import simplemma

from services.generator.tuning.data.asking.vocabulary import words as words_of

_KEPT = tuple(words_of("doubled_endings"))
_DOUBLED = re.compile(r"(?:ll|ck|([b-df-hj-np-tv-z])\1)$")
_SILENT = re.compile(r"(?:[ln]d|[lnc]t|ck|ll|lk|mp|r[knt])e$")
"""No verb of today ends so."""
_SYLLABLE = re.compile(r"[aeiouy]+")


def bare(verb: str) -> str | None:
    """The bare form of a finite one, such as cancel of cancelled; None where none is known."""
    return next((form for form in _forms(verb.lower()) if _is_verb(form)), None)


def _forms(verb: str) -> Iterator[str]:
    """The dictionary's first, but for cancell, mimick and unfolde, which it has beside what everybody writes."""
    lemma = simplemma.lemmatize(verb, lang="en")
    if _SILENT.search(lemma):
        yield lemma[:-1]
    if lemma.endswith(("ll", "ck")) and len(_SYLLABLE.findall(lemma)) > 1 and not lemma.endswith(_KEPT):
        yield lemma[:-1]
    yield lemma
    stem = re.sub(r"(?:ed|s)$", "", verb)
    if _DOUBLED.search(stem):
        yield stem[:-1]
    yield from (stem, f"{stem}e")


def _is_verb(form: str) -> bool:
    """Whether the dictionary knows its third person, and leads from there back to it."""
    third = _third_person(form)
    return simplemma.is_known(third, lang="en") and simplemma.lemmatize(third, lang="en") == form


def _third_person(form: str) -> str:
    if form.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{form}es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", form) + "s"
