"""How answers and references are made comparable: the two ways of published numbers, and one of our own."""

import re
import string
import unicodedata
from functools import lru_cache

_DELETED = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+")


def realtimeqa(text: str) -> str:
    """Lower-case, ASCII punctuation deleted, spaces collapsed, articles kept.

    Source: RealTime QA (Kasai et al. 2022), the authors' evaluation; its published scores are reproduced by it.
    """
    return " ".join(text.lower().translate(_DELETED).split())


def squad(text: str) -> str:
    """As `realtimeqa`, and the words a, an, the removed. Source: SQuAD (Rajpurkar et al. 2016), evaluate-v1.1.py."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_DELETED)).split())


@lru_cache(maxsize=64)  # several measures read the same answer, each against several references
def words(text: str) -> str:
    """Words of any script, separated by single spaces, for finding a phrase inside a text.

    Unicode compatibility form and case folded; initials are joined (U.S. is us), thousands too (1,000 is 1000), and
    a number stays one word (5 is not found in 3.5). Scripts that write no spaces give one word a run.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    joined = _INITIALS.sub(lambda match: match[0].replace(".", "") + " ", folded)
    return " ".join(_WORD.findall(_THOUSANDS.sub("", joined)))


def occurs(phrase: str, text: str) -> bool:
    """Whether the phrase's words stand in the text, next to each other; a phrase without words never does."""
    wanted = words(phrase)
    return bool(wanted) and f" {wanted} " in f" {words(text)} "
