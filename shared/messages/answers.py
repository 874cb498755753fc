"""What the arms say to a question, and which fine-tuning spoke."""

from typing import Literal, Self

from pydantic import Field, model_validator

from shared.messages.contests import Strength
from shared.messages.schema import Identifier, Message, Moment, Tokens, bytes_of

MOST_SAID, MOST_READ = 96 * 1024, 160 * 1024
"""Bytes of an answer as results show it, and of the passages read with it: a question has MOST_ARMS of both."""
AnswerStatus = Literal["answered", "abstained", "failed", "skipped"]
"""`skipped`: the question has nothing that the arm is to be given, and counts nowhere for it."""


class AdapterRef(Message):
    """Which fine-tuning spoke: the adapter and the time its knowledge ends."""

    name: Identifier
    cutoff: Moment
    weights_sha256: str = Field(max_length=128)
    config_sha256: str = Field(
        default="", max_length=128, description="of the configuration by which the weights act; empty: not known"
    )
    unfinished: bool = Field(
        default=False, description="true: a time limit ended its training; somebody promoted it all the same"
    )
    despite_gates: bool = Field(default=False, description="true: a gate refused it; somebody promoted it all the same")


class Answer(Message):
    """What one arm said, or that it abstained, failed or was not to be asked, and why."""

    question_id: Identifier
    arm: str = Field(max_length=64)
    status: AnswerStatus
    text: str = ""
    failure: str | None = None
    withheld: str = Field(default="", description="what the model said, where the rule of abstention kept it back")
    abstention: str = Field(default="", description="the rule that weighed the answer, with its threshold")
    support: float | None = Field(default=None, description="how well the answer stands by that rule, 1 at best")
    citations: tuple[str, ...] = Field(default=(), description="chunk ids the answer points at")
    evidence: tuple[str, ...] = Field(default=(), description="chunk ids that were in the prompt")
    evidence_titles: tuple[str, ...] = Field(
        default=(), description='in a result "" for a passage whose document has labels'
    )
    evidence_labels: tuple[tuple[str, ...], ...] = Field(
        default=(), description="of each passage the labels of its document; empty: everyone may be shown it"
    )
    evidence_texts: tuple[str, ...] = Field(
        default=(), description="the passages as they stood in the prompt; a result leaves them out"
    )
    stale: bool = False
    model: str
    adapter: AdapterRef | None = None
    strength: Strength = Field(default=1.0, description="at which the adapter speaks; absent: at 1, as it was trained")
    backend: str
    prompt_version: str
    asked_at: Moment
    retrieval_ms: float = 0.0
    generation_ms: float = Field(default=0.0, description="the model's time for the batch it was answered in")
    prompt_tokens: Tokens = 0
    completion_tokens: Tokens = 0
    failure_kind: str | None = Field(default=None, description="what kind of failure: `timeout`, `refused`, ...")
    log_probability: float | None = Field(
        default=None, description="natural, of the answer's tokens together; absent: the backend does not say"
    )
    answer_tokens: Tokens = Field(default=0, description="tokens that `log_probability` is the sum over")
    choice_log_probabilities: dict[str, float] = Field(
        default={}, description="of each choice the mean per token, where the likeliest choice was taken"
    )
    cut: bool = Field(
        default=False, description="true: the model reached its longest answer before it had ended; the rest is missing"
    )

    @model_validator(mode="after")
    def _is_small(self) -> Self:
        """It travels with those of all other arms in the result, and with its passages in the scorer's changelog."""
        texts = {"evidence_texts"}
        said, read = bytes_of(self, exclude=texts), bytes_of(self, include=texts) if self.evidence_texts else 0
        if said > MOST_SAID or read > MOST_READ:
            raise ValueError(
                f"{said:,} bytes and {read:,} of passages; an answer may have {MOST_SAID:,} and {MOST_READ:,}"
            )
        return self
