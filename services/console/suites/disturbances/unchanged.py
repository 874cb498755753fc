"""The control: the same documents once more under other ids, so that what differs by itself shows."""

import random

from services.console.suites.disturbing import Disturbed
from services.console.suites.folder import Suite

SAID = "the same documents again: how far results differ by themselves"


def disturb(suite: Suite, _: random.Random) -> Disturbed:
    """Nothing is changed; every question is asked again."""
    return Disturbed(suite.questions, documents=suite.documents)
