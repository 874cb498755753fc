"""The sections about answers whose adapter would not serve by itself."""

from collections.abc import Iterator

from shared.lab.report.blocks import Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.unfinished import caution, refused, unfinished


def trainings(numbers: Numbers) -> Iterator[Section]:
    """None where every training was finished and no gate refused an adapter."""
    voices = numbers.provenance.voices
    if sentence := caution(voices):
        rows = [[voice.arm, voice.adapter, str(voice.answers)] for voice in unfinished(voices)]
        table = Table("Answers by adapters whose training is unfinished", ["arm", "adapter", "answers"], rows, (2,))
        yield Section("Unfinished trainings", "unfinished", [Paragraph(sentence), table])
    if sentence := refused(voices):
        rows = [[voice.arm, voice.adapter, str(voice.answers)] for voice in voices if voice.despite_gates]
        table = Table("Answers by adapters that their gates refused", ["arm", "adapter", "answers"], rows, (2,))
        yield Section("Adapters despite their gates", "despite-gates", [Paragraph(sentence), table])
