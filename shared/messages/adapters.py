"""Fine-tuned adapters as they are announced, from the candidate to the retired one."""

from typing import Literal

from pydantic import Field

from shared.messages.answers import AdapterRef
from shared.messages.schema import Message, Moment

AdapterKind = Literal["lora", "cartridge"]
AdapterState = Literal["candidate", "serving", "retired"]
GateVerdict = Literal["passed", "failed", "reported", "not_measured"]


class TrainingRun(Message):
    """What a tuning run cost and where it ended."""

    seconds: float
    tokens: int
    steps: int
    planned_steps: int | None = Field(
        default=None,
        ge=1,
        description="that its budget asked for; more than `steps`: a time limit ended it, and it is unfinished; "
        "absent: from before steps were planned",
    )
    final_loss: float

    @property
    def unfinished(self) -> bool:
        """Whether a time limit ended it before its budget was used up."""
        return self.planned_steps is not None and self.steps < self.planned_steps


class Cost(Message):
    """What something took. `kwh` and `money` are estimates by configured power and price; absent where none is set."""

    seconds: float
    tokens: int = 0
    kwh: float | None = None
    money: float | None = None
    currency: str = ""


class Against(Message):
    """The same questions put to another speaker."""

    speaker: Literal["base", "previous"]
    adapter: str | None = Field(default=None, description="which one, where `speaker` is previous")
    n: int
    value: float
    change: float = Field(description="the new adapter's value minus this one; of perplexity the new one over this one")
    ci95: tuple[float, float] = Field(description="of `change`")


class GateResult(Message):
    """One gate: what was measured, against whom, and whether the adapter may pass."""

    name: str
    measure: str
    verdict: GateVerdict
    reason: str = Field(description="in words, with the numbers that decided")
    threshold: str = Field(default="", description="what the recipe asks for, in words")
    n: int = 0
    value: float | None = None
    ci95: tuple[float, float] | None = None
    against: tuple[Against, ...] = ()


class AdapterAnnounced(Message):
    """A fine-tuned adapter with its lineage, its gates and whether it serves; a later message changes its state."""

    name: str
    location: str = Field(description="folder, or address of one, that holds adapter_model.safetensors")
    track: str = Field(default="tuned", description="the line of adapters that it belongs to; arms name tracks")
    base_model: str
    base_sha256: str
    weights_sha256: str = Field(description="of adapter_model.safetensors")
    config_sha256: str = Field(
        default="",
        description="of adapter_config.json, byte for byte; empty in announcements from before it was hashed",
    )
    kind: AdapterKind = Field(
        default="lora", description="a change of the weights, or a trained beginning of the key-value cache"
    )
    weights_bytes: int | None = Field(
        default=None, ge=0, description="of adapter_model.safetensors; absent in announcements from before it was told"
    )
    cutoff: Moment
    dataset_sha256: str
    documents: int
    examples: int
    created_at: Moment
    training: TrainingRun
    state: AdapterState = "serving"
    reason: str = Field(default="", description="why it is in this state")
    changed_at: Moment | None = Field(default=None, description="since when; absent: since it was made")
    gates: tuple[GateResult, ...] = ()
    cost: Cost | None = Field(default=None, description="of the whole run, its gates included")

    @property
    def ref(self) -> AdapterRef:
        return AdapterRef(
            name=self.name,
            cutoff=self.cutoff,
            weights_sha256=self.weights_sha256,
            config_sha256=self.config_sha256,
            unfinished=self.training.unfinished,
            despite_gates=any(gate.verdict == "failed" for gate in self.gates),
        )

    def has_files_of(self, other: "AdapterAnnounced") -> bool:
        """Whether both were announced with the same weights and, as far as both say it, the same configuration."""
        configs = {self.config_sha256, other.config_sha256} - {""}
        return self.weights_sha256 == other.weights_sha256 and len(configs) < 2

    @property
    def since(self) -> Moment:
        """When it came into its state."""
        return self.changed_at or self.created_at
