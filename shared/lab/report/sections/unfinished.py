"""The section about answers whose adapter's training a time limit ended."""

from collections.abc import Iterator

from shared.lab.report.blocks import Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.unfinished import caution, unfinished


def trainings(numbers: Numbers) -> Iterator[Section]:
    """None where every training was finished."""
    voices = numbers.provenance.voices
    if sentence := caution(voices):
        rows = [[voice.arm, voice.adapter, str(voice.answers)] for voice in unfinished(voices)]
        table = Table("Answers by adapters whose training is unfinished", ["arm", "adapter", "answers"], rows, (2,))
        yield Section("Unfinished trainings", "unfinished", [Paragraph(sentence), table])
