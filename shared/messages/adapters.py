"""Fine-tuned adapters as they are announced."""

from pydantic import Field

from shared.messages.questions import AdapterRef
from shared.messages.schema import Message, Moment


class TrainingRun(Message):
    """What a tuning run cost and where it ended."""

    seconds: float
    tokens: int
    steps: int
    final_loss: float


class AdapterAnnounced(Message):
    """A fine-tuned adapter ready to serve, with its lineage."""

    name: str
    location: str = Field(description="folder that holds adapter_model.safetensors")
    base_model: str
    base_sha256: str
    weights_sha256: str
    cutoff: Moment
    dataset_sha256: str
    documents: int
    examples: int
    created_at: Moment
    training: TrainingRun

    @property
    def ref(self) -> AdapterRef:
        return AdapterRef(name=self.name, cutoff=self.cutoff, weights_sha256=self.weights_sha256)
