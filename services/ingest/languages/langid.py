"""The language by py3langid: naive Bayes over byte n-grams (Lui and Baldwin 2012), 112 languages, model in the package.

Its probabilities are spread over the languages by the text's length, so that a short or mixed text gives none.
"""

from collections.abc import Callable
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

READ = 1_000  # characters, about 0.7 ms: more of them changes nothing but that
FEWEST_LETTERS = 20
LEAST_SURE = 0.3


def build() -> Callable[[str], str]:
    """A detector; the model is loaded here (0.4 s), so that no document waits for it."""
    identifier = _identifier()

    def detect(text: str) -> str:
        opening = text[:READ]
        if sum(map(str.isalpha, opening)) < FEWEST_LETTERS:
            return ""
        language, _ = identifier.classify(opening)
        return "" if language == "und" else str(language)

    return detect


@cache
def _identifier() -> LanguageIdentifier:
    """Loaded once in a process."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=LEAST_SURE)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])  # ISO 639-1 alone
    return identifier
