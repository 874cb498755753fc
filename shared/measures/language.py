"""Whether the answer is in the language that was asked for, by py3langid.

Source: Lui and Baldwin 2012, "langid.py", naive Bayes over byte n-grams.

The first 1,000 characters are read. Names and short phrases have no language that could be told: below 20 letters, or
where the detector is less than 0.3 sure, nothing is said rather than a guess.
"""

from shared.messages import Answer, Question
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("asked language", version="1")
READ = 1_000
FEWEST_LETTERS = 20
LEAST_SURE = 0.3


def build(_: EncoderSettings) -> Metric:
    """The detector, with its model (0.4 s); the package's release is part of the version."""
    from importlib.metadata import version

    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=LEAST_SURE)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])

    def score(question: Question, answer: Answer) -> float | None:
        """1.0 for the asked language, 0.0 for another and where no answer was given.

        None where no language was asked for, and where none can be told.
        """
        if question.form is None or question.form.language is None:
            return None
        if answer.status != "answered":
            return 0.0
        opening = answer.text[:READ]
        if sum(map(str.isalpha, opening)) < FEWEST_LETTERS:
            return None
        detected = str(identifier.classify(opening)[0])
        return None if detected == "und" else float(detected == question.form.language)

    return Metric(f"{MEASURE.version}:first-{READ}-characters:py3langid-{version('py3langid')}", score)
