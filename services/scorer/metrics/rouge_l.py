"""ROUGE-L: F-measure of the longest common subsequence of stemmed words (Lin 2004), see services/scorer/rouge.py.

Made for summaries; on short answers it is close to F1.
"""

from services.scorer.metric import Metric
from services.scorer.rouge import f_measure
from shared.settings import EncoderSettings

VERSION = "2"


def build(_: EncoderSettings) -> Metric:
    return f_measure("rougeL", VERSION)
