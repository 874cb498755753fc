"""Words as the sparse indexes count them: lower case, accents folded, stems; scripts without spaces by character."""

import re
from collections.abc import Callable

import tantivy

LONGEST = 255  # bytes of a word; scripts with three bytes a letter have words of 60 and more
VERSION = "1"  # of the analysis: an index of another one is built anew
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")


def analyzer(language: str) -> tantivy.TextAnalyzer:
    """The one analyser of documents and questions. Raises ValueError for a language without a stemmer."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(LONGEST))
    plain = words.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    return plain.filter(tantivy.Filter.stemmer(language)).build()


def spaced(text: str) -> str:
    """Thai, Lao, Khmer, Burmese, Chinese and Japanese characters set apart, so that each counts as a word."""
    return _UNSPACED.sub(r" \1 ", text)


def counter(language: str) -> Callable[[str], list[str]]:
    """From a text to its words, in order, for indexes that do not analyse by themselves."""
    analyse = analyzer(language)
    return lambda text: analyse.analyze(spaced(text))
