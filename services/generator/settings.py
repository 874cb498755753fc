"""Settings of one generator worker: which arms it serves, with which model, and how."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from shared.settings import under


class GeneratorSettings(BaseSettings):
    """One worker process holds one base in memory, and speaks as it is, with the newest adapter on top, or both."""

    model_config = under("GENERATOR")
    worker: str = Field(default="base", pattern=r"^[a-z0-9-]{1,40}$", description="names client and consumer group")
    arms: str = Field(default="", description="comma-separated; empty: `<worker>,<worker>+rag`")
    backend: str = Field(default="transformers", description="a file in services/generator/backends")
    model: str = Field(default="", description="folder or hub name; empty: the embedded SmolLM2-135M-Instruct")
    allow_downloads: bool = Field(default=False, description="let a hub name be fetched; otherwise it must be cached")
    adapter: str = Field(default="", description="name of the adapter to serve; empty: the newest")
    precision: Literal["auto", "fp32", "bf16", "nf4"] = Field(
        default="auto", description="auto: fp32 on a CPU, bf16 on a GPU; bf16 is slow on most CPUs"
    )
    threads: int = Field(default=1, ge=1, description="of the model on a CPU; two workers share the machine")
    batch: int = Field(default=16, ge=1, description="records answered at once")
    linger_ms: int = Field(
        default=20, ge=0, description="how long a record waits for others of its batch, which a model needs seconds for"
    )
    batch_size: int = Field(default=8, ge=1, description="prompts in one pass of the model")
    max_new_tokens: int = Field(default=24, ge=1, description="longest answer")
    max_prompt_tokens: int = Field(
        default=0, ge=0, description="longer prompts fail; 0: as long as the model reads. `openai`: the server's limit"
    )
    choices: Literal["text", "likelihood"] = Field(
        default="text", description="where a question has choices: write an answer, or take the likeliest choice"
    )
    evidence_chunks: int = Field(
        default=1, ge=0, description="passages in a prompt, best first; 3 to 5 for models of a billion weights and more"
    )
    evidence_words: int = Field(default=150, ge=1, description="of all passages together; the best come whole")
    abstention: str = Field(
        default="auto",
        description="a file in services/generator/abstention: when an arm with passages keeps its answer to itself; "
        "auto: `support` with the embedded model, otherwise `never`",
    )
    support_least: float = Field(
        default=0.6, description="`support` declines below it; `python -m bench.unseen` shows what each one costs"
    )
    support_least_tuned: float = Field(
        default=0.74, description="the same of an arm with an adapter, which is surer of all it says"
    )
    support_weight: float = Field(
        default=0.25, ge=0, description="of the mean log probability beside how well the question is covered"
    )
    summary_chunks: int = Field(default=3, ge=0, description="passages in the prompt of a summary, best first")
    summary_words: int = Field(default=400, ge=1, description="of all passages of a summary together")
    summary_new_tokens: int = Field(default=96, ge=1, description="longest summary")
    history_words: int = Field(default=120, ge=1, description="of a conversation's turns in a prompt, the newest first")
    dead_in_a_row: int = Field(default=100, ge=0, description="more refused records than this stop the worker")
    closed_book_prompt: str = Field(default="closed_book.v1", description="a file in services/generator/prompts")
    rag_prompt: str = Field(default="rag.v1", description="a file in services/generator/prompts")
    closed_book_summary_prompt: str = Field(default="closed_book_summary.v1", description="the same, for summaries")
    rag_summary_prompt: str = Field(default="rag_summary.v1", description="the same, for summaries")
    closed_book_conversation_prompt: str = Field(
        default="closed_book_conversation.v1", description="the same, for conversations that have begun"
    )
    rag_conversation_prompt: str = Field(default="rag_conversation.v1", description="the same")

    @field_validator("arms")
    @classmethod
    def _over_one_base(cls, arms: str) -> str:
        models = {name.partition("+")[0].strip() for name in arms.split(",") if name.strip()}
        for alike in ({one for one in models if is_tuned(one)}, {one for one in models if not is_tuned(one)}):
            if len(alike) > 1:
                raise ValueError(
                    f"a worker serves one base and one adapter on it, not {', '.join(sorted(alike))}: start a worker "
                    f"for each"
                )
        return arms

    @property
    def arm_names(self) -> tuple[str, ...]:
        """The arms as a tuple: model part, then `+style` where it looks things up."""
        listed = tuple(name.strip() for name in self.arms.split(",") if name.strip())
        return listed or (self.worker, f"{self.worker}+rag")

    @property
    def tuned(self) -> bool:
        """Whether any of these arms speaks with an adapter."""
        return any(map(is_tuned, self.arm_names))

    @property
    def mixed(self) -> bool:
        """Whether the same base also speaks without one."""
        return self.tuned and not all(map(is_tuned, self.arm_names))

    @property
    def reads(self) -> bool:
        """Whether any of these arms gets passages."""
        return any("+" in name for name in self.arm_names)


class ServerSettings(BaseSettings):
    """The server behind the generator's backends `openai` and `tgi`."""

    model_config = under("GENERATOR_SERVER")
    url: str = Field(default="", description="of `openai` up to and with /v1, of `tgi` without a path")
    api_key: SecretStr = SecretStr("")
    model: str = Field(default="", description="the base model's name on the server")
    adapter_model: str = Field(default="{name}", description="an adapter's name on the server; {name}: as announced")
    base_sha256: str = Field(
        default="", description="of the base's weights: adapters of another base are refused; empty: not checked"
    )
    tokenizer: str = Field(default="", description="of `tgi`: folder of the model's tokenizer and chat template")
    in_flight: int = Field(default=8, ge=1, le=1_000, description="requests of this worker at a time")
    timeout_s: float = Field(default=60.0, gt=0, description="of one request, from its first byte to its last")
    retries: int = Field(default=3, ge=0, le=10, description="of a request that found the server away or busy")


def is_tuned(arm: str) -> bool:
    """Whether an arm, or its model, must not speak without an adapter."""
    model = arm.partition("+")[0]
    return model == "tuned" or model.startswith("tuned-")
