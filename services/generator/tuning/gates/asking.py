"""Putting a gate's questions and texts to a model: the base, or an adapter on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.generator import replies
from services.generator.answer_prompt import Prompt
from services.generator.contexts import closed_book
from services.generator.ports import Backend, Chat, Completion, Scored
from services.generator.tuning.gates.probes import Probe
from shared.measures import right
from shared.messages import AdapterAnnounced, Answer, Question

Sums = Mapping[str, tuple[float, float]]
"""Question -> its sum and its count: 1 or 0 and one of a question, surprise in nats and tokens of a text."""
UNTIMED = datetime.fromtimestamp(0, UTC)
"""When a gate's question was asked, by which no measure goes."""


@dataclass(frozen=True)
class Text:
    """News that nobody was trained on. `key` is its document."""

    key: str
    title: str
    words: str


@dataclass(frozen=True)
class Speaker:
    """One model as the arms would ask it. An adapter must have been taken up before it is asked."""

    backend: Backend
    adapter: AdapterAnnounced | None
    prompt: Prompt
    longest: int

    def right(self, probes: Sequence[Probe]) -> Sums:
        """Each question with whether the reply is right, as everywhere else; abstaining and failing are not."""
        paired = zip(probes, self._replies(probes), strict=True)
        return {probe.key: (_right(probe, reply), 1.0) for probe, reply in paired}

    def abstains(self, probes: Sequence[Probe]) -> Sums:
        """Each question with whether the reply is that the answer is not known."""
        paired = zip(probes, self._replies(probes), strict=True)
        return {probe.key: (float(reply.status == "abstained"), 1.0) for probe, reply in paired}

    def surprise(self, texts: Sequence[Text]) -> Sums:
        """Negative log-likelihood of each text and its tokens, as the reply to what happened under its title.

        A text that the model cannot take is left out.
        """
        chats = [self._chat(Question(question_id=text.key, text=f"What happened? {text.title}")) for text in texts]
        scored = self.backend.score(chats, [text.words for text in texts], adapter=self.adapter) if texts else []
        return {
            text.key: (-score.log_probability, float(score.tokens))
            for text, score in zip(texts, scored, strict=True)
            if isinstance(score, Scored) and score.tokens
        }

    def _replies(self, probes: Sequence[Probe]) -> list[replies.Reply]:
        questions = [Question(question_id=probe.key, text=probe.question, choices=probe.choices) for probe in probes]
        chats = [self._chat(question) for question in questions]
        outcomes = self.backend.complete(chats, max_new_tokens=self.longest, adapter=self.adapter) if chats else []
        return [
            replies.parse(outcome.text, chunk_ids=(), abstain=self.prompt.abstain)
            if isinstance(outcome, Completion)
            else replies.Reply("failed", failure=outcome.reason)
            for outcome in outcomes
        ]

    def _chat(self, question: Question) -> Chat:
        return closed_book.chat(question, self.prompt)


def _right(probe: Probe, reply: replies.Reply) -> float:
    """By the measure that arms are compared by; 0.0 where nothing is accepted."""
    question = Question(question_id=probe.key, text=probe.question, choices=probe.choices, references=probe.accepted)
    answer = Answer(question_id=probe.key, arm="tuned", status=reply.status, text=reply.text, model="", backend="",
                    prompt_version="", asked_at=UNTIMED)  # fmt: skip
    return right.score(question, answer) or 0.0
