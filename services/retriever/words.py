"""Words as the sparse indexes count them: accents and spellings folded, stems; scripts without spaces by character."""

import re
from collections.abc import Callable

import regex
import tantivy

from shared import normalise

LONGEST = 255  # bytes of a word; scripts with three bytes a letter have words of 60 and more
VERSION = f"3:{normalise.VERSION}"  # of the analysis: an index of another one is built anew
_UNSPACED = regex.compile(
    r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]\p{M}*)"
)
_FROM_THAI_ON = re.compile("[\u0e00-\U0003ffff]")  # quicker to look for
_ACCENTS = regex.compile(r"[\u0300-\u036f]+")  # of letters that Unicode has no accented form of

_FROM_GREEK_ON = re.compile("[\u0370-\U0003ffff]")
_SPELLINGS = str.maketrans(
    dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627")  # alef with and without hamza
    | {"\u0629": "\u0647", "\u06c1": "\u0647"}  # teh marbuta and heh; the heh of Urdu keyboards
    | {"\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643"}  # Egypt's yeh, and Persian yeh and kaf
    | {"\u0451": "\u0435"}  # yo and ye of Russian
    | {"\u0901": "\u0902", "\u093c": None}  # nasals and dots of Hindi
)
"""Letters that writers of one language use for each other, so that who asks is not to know which one was taken."""
_NASAL = re.compile(  # before a consonant that is spoken at the same place, for which Hindi also writes a dot
    "(?:\u0919\u094d(?=[\u0915-\u0918])|\u091e\u094d(?=[\u091a-\u091d])|\u0923\u094d(?=[\u091f-\u0922])"
    "|\u0928\u094d(?=[\u0924-\u0927])|\u092e\u094d(?=[\u092a-\u092d]))"
)


def analyzer(language: str) -> tantivy.TextAnalyzer:
    """The one analyser of what `written` and `otherwise` give. Raises ValueError for a language without a stemmer."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.remove_long(LONGEST))
    plain = words.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    return plain.filter(tantivy.Filter.stemmer(language)).build()


def written(text: str) -> str:
    """The words of a text with blanks between them, for the analyser."""
    return _marked_off(normalise.words(text))


def otherwise(text: str) -> str:
    """Other ways of writing words of the text, for the analyser: documents and questions are asked for both."""
    return _marked_off(" ".join(normalise.spellings(text)))


def spaced(text: str) -> str:
    """Thai, Lao, Khmer, Burmese, Chinese and Japanese characters set apart, so that each counts as a word."""
    return _UNSPACED.sub(r" \1 ", text) if _FROM_THAI_ON.search(text) else text


def counter(language: str, read: Callable[[str], str] = written) -> Callable[[str], list[str]]:
    """From a text to its words, in order, for indexes that do not analyse by themselves."""
    analyse = analyzer(language)
    return lambda text: analyse.analyze(read(text))


def _marked_off(words: str) -> str:
    return spaced(words if words.isascii() else _spelled(_ACCENTS.sub("", words)))


def _spelled(words: str) -> str:
    """Words in one of the spellings that each has."""
    return _NASAL.sub("\u0902", words.translate(_SPELLINGS)) if _FROM_GREEK_ON.search(words) else words
