"""ROUGE-2: F-measure of the pairs of neighbouring stemmed words in common (Lin 2004), see services/scorer/rouge.py.

Made for summaries; an answer or a reference of one word has no pair and scores 0.
"""

from services.scorer.metric import Metric
from services.scorer.rouge import f_measure
from shared.settings import EncoderSettings

VERSION = "1"


def build(_: EncoderSettings) -> Metric:
    return f_measure("rouge2", VERSION)
