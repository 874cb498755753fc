"""BLEU of one sentence (Papineni et al. 2002) by sacrebleu: n-grams up to 4 in common, several references together.

Precision with a penalty for brevity; made for translations and corpora. Orders longer than the answer are left out
and zero counts smoothed, as the signature in the version says. `shared/scoring/bounds.py`
says how much of a text is read.
"""

from shared.messages import Answer, Question
from shared.scoring import sacre
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("BLEU", version="1")
MOST_REMEMBERED = 1_000


def build(_: EncoderSettings) -> Metric:
    """sacrebleu's defaults for sentences; its memory of tokenized texts is kept small."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

    metric = sacre.measure(BLEU(effective_order=True, tokenize="13a"), version=MEASURE.version)

    def score(question: Question, answer: Answer) -> float | None:
        for remembered in (Tokenizer13a.__call__, TokenizerRegexp.__call__):
            if remembered.cache_info().currsize > MOST_REMEMBERED:
                remembered.cache_clear()
        return metric.score(question, answer)

    return Metric(metric.version, score)
