"""The control: the same documents once more under other ids, so that what differs by itself shows."""

import random

from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite

SAID = "the same documents again: how far results differ by themselves"


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Nothing is changed; every question is asked again."""
    return Disturbed(suite.questions, documents=suite.documents)
