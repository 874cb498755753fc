"""ROUGE-1: F-measure of the stemmed words in common, however ordered (Lin 2004), see services/scorer/rouge.py.

Made for summaries; on short answers it is F1 with stems.
"""

from services.scorer.metric import Metric
from services.scorer.rouge import f_measure
from shared.settings import EncoderSettings

VERSION = "1"


def build(_: EncoderSettings) -> Metric:
    return f_measure("rouge1", VERSION)
