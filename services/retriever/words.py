"""Words as the sparse indexes count them: accents folded, stems; scripts without spaces by character."""

import re
from collections.abc import Callable

import regex
import tantivy

from shared import normalise

LONGEST = 255  # bytes of a word; scripts with three bytes a letter have words of 60 and more
VERSION = f"2:{normalise.VERSION}"  # of the analysis: an index of another one is built anew
_UNSPACED = regex.compile(
    r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]\p{M}*)"
)
_FROM_THAI_ON = re.compile("[\u0e00-\U0003ffff]")  # quicker to look for
_ACCENTS = regex.compile(r"[\u0300-\u036f]+")  # of letters that Unicode has no accented form of


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
    return spaced(words if words.isascii() else _ACCENTS.sub("", words))
