"""All gates of one new adapter: base, the adapter before and the new one answer the same questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.generator.answer_prompt import Prompt
from services.generator.ports import Backend
from services.generator.tuning.gates import asking, judging
from services.generator.tuning.gates.asking import Sums
from services.generator.tuning.gates.judging import Before
from services.generator.tuning.gates.plan import Speaker
from services.generator.tuning.gates.questions import GateQuestions
from shared.jobs.events import Write
from shared.jobs.tuning import GateAsked
from shared.messages import AdapterAnnounced, GateResult

Measured = Mapping[str, Sums]
Who = Literal[Speaker, "new"]


@dataclass(frozen=True)
class GateRunner:
    """The model on which an adapter is tried: with the prompt and the answer length that the arms have."""

    backend: Backend
    prompt: Prompt
    longest: int
    say: Write

    def run(
        self,
        adapter: AdapterAnnounced,
        previous: AdapterAnnounced | None,
        asked: Sequence[GateQuestions],
        before: Before,
    ) -> tuple[GateResult, ...]:
        """Every gate's result; `before` says of `previous` who it is, or why it is not there to be asked.

        Raises ValueError or OSError where an adapter cannot be taken up.
        """
        speakers = 2 if previous is None else 3
        others: dict[Speaker, Measured] = {"base": self._measure(None, "base", asked, (1, speakers))}
        if previous is not None:
            others["previous"] = self._measure(previous, "previous", asked, (2, speakers))
        new = self._measure(adapter, "new", asked, (speakers, speakers))
        return tuple(
            judging.judged(
                questions.gate,
                questions.measure,
                new[questions.measure.name],
                {speaker: measured[questions.measure.name] for speaker, measured in others.items()},
                before=before,
                unasked=questions.unasked,
            )
            for questions in asked
        )

    def _measure(
        self, adapter: AdapterAnnounced | None, who: Who, asked: Sequence[GateQuestions], turn: tuple[int, int]
    ) -> Measured:
        """What one speaker is worth; `turn` is its place among all and their number. Said is what is asked next."""
        if adapter is not None:
            self.backend.take_up(adapter)
        speaker = asking.Speaker(self.backend, adapter, self.prompt, self.longest)
        place, speakers = turn
        measured = {}
        for number, questions in enumerate(asked, start=1 + (place - 1) * len(asked)):
            name, of = questions.measure.name, speakers * len(asked)
            self.say(GateAsked(gate=name, speaker=who, asked=questions.count, number=number, of=of))
            measured[name] = questions.ask(speaker) if questions.count else {}
        return measured
