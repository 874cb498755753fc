"""ROUGE-1: F-measure of the stemmed words in common, however ordered (Lin 2004), see shared/scoring/rouge.py.

Made for summaries; on short answers it is F1 with stems.
"""

from shared.scoring.measure import Measure, Metric
from shared.scoring.rouge import f_measure
from shared.settings import EncoderSettings

MEASURE = Measure("ROUGE-1", version="1")


def build(_: EncoderSettings) -> Metric:
    return f_measure("rouge1", MEASURE.version)
