"""Badly scanned text: one letter in twenty is lost, doubled, or another one."""

import random
import string

from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite

SAID = "one letter in twenty wrong in every document"
RATE = 0.05


def disturb(suite: Suite, draw: random.Random) -> Disturbed:
    """Titles and texts with wrong letters; digits stay, so that a number that is found is the right one."""
    documents = [
        document.model_copy(update={"title": garbled(document.title, draw), "text": garbled(document.text, draw)})
        for document in suite.documents
    ]
    return Disturbed(suite.questions, documents=documents)


def garbled(text: str, draw: random.Random) -> str:
    """The text with each letter wrong at RATE; everything but letters stays."""
    return "".join(_wrong(letter, draw) if letter.isalpha() and draw.random() < RATE else letter for letter in text)


def _wrong(letter: str, draw: random.Random) -> str:
    return draw.choice(["", letter * 2, draw.choice(string.ascii_lowercase)])
