"""ROUGE-2: F-measure of the pairs of neighbouring stemmed words in common (Lin 2004), see shared/scoring/rouge.py.

Made for summaries; an answer or a reference of one word has no pair and scores 0.
"""

from shared.scoring.measure import Measure, Metric
from shared.scoring.rouge import f_measure
from shared.settings import EncoderSettings

MEASURE = Measure("ROUGE-2", version="1")


def build(_: EncoderSettings) -> Metric:
    return f_measure("rouge2", MEASURE.version)
