"""ROUGE-L: F-measure of the longest common subsequence of stemmed words (Lin 2004), see shared/scoring/rouge.py.

Made for summaries; on short answers it is close to F1.
"""

from shared.scoring.measure import Measure, Metric
from shared.scoring.rouge import f_measure
from shared.settings import EncoderSettings

MEASURE = Measure("ROUGE-L", version="2", counted=True)


def build(_: EncoderSettings) -> Metric:
    return f_measure("rougeL", MEASURE.version)
