"""chrF of one sentence (Popovic 2015) by sacrebleu: F2 of character n-grams up to 6, the best reference counts.

Needs no words, so that inflected languages and scripts without spaces are served as well as English. Case matters.
`shared/scoring/bounds.py` says how much of a text is read.
"""

from shared.scoring import sacre
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("chrF", version="1")


def build(_: EncoderSettings) -> Metric:
    """sacrebleu's defaults."""
    from sacrebleu.metrics.chrf import CHRF

    return sacre.measure(CHRF(), version=MEASURE.version)
