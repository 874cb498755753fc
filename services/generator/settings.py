"""Settings of one generator worker: who speaks in it, with which model, and how."""

from typing import Literal

from pydantic import Field, SecretStr

from services.generator.adapter_addresses import Admission
from shared.contests.options import AskingOptions, names_of
from shared.messages.contests import BASE
from shared.settings import Settings, under


class GeneratorSettings(AskingOptions, Settings):
    """One worker process holds one base in memory, and speaks as it is, with adapters on top, or both.

    How arms are asked is said here as far as the contest does not say it.
    """

    model_config = under("GENERATOR")
    worker: str = Field(default="base", pattern=r"^[a-z0-9-]{1,40}$", description="names client and consumer group")
    speakers: str = Field(
        default="", description="comma-separated: `base`, and tracks of adapters; empty: the worker's name"
    )
    backend: str = Field(default="transformers", description="a file in services/generator/backends")
    model: str = Field(default="", description="folder or hub name; empty: the embedded SmolLM2-135M-Instruct")
    allow_downloads: bool = Field(default=False, description="let a hub name be fetched; otherwise it must be cached")
    adapter: str = Field(default="", description="name of the adapter to serve in its track; empty: the newest")
    adapter_addresses: str = Field(
        default="",
        description="comma-separated folders and addresses below which announced adapters may lie, beside `adapters` "
        "in the home folder; empty: any folder of this machine, and nothing elsewhere",
    )
    adapter_most_mib: int = Field(default=4_096, ge=1, description="of an adapter's weights; larger ones are refused")
    precision: Literal["auto", "fp32", "bf16", "nf4"] = Field(
        default="auto", description="auto: fp32 on a CPU, bf16 on a GPU; bf16 is slow on most CPUs"
    )
    threads: int = Field(default=1, ge=1, description="of the model on a CPU; two workers share the machine")
    batch: int = Field(default=16, ge=1, description="records answered at once")
    linger_ms: int = Field(
        default=20, ge=0, description="how long a record waits for others of its batch, which a model needs seconds for"
    )
    batch_size: int = Field(default=8, ge=1, description="prompts in one pass of the model")
    cache_mib: int = Field(
        default=1_024,
        ge=0,
        description="of `transformers`: memory for the keys and values of what many prompts begin with, as those of an "
        "arm with context `cag` do; 0: none is kept",
    )
    max_prompt_tokens: int = Field(
        default=0, ge=0, description="longer prompts fail; 0: as long as the model reads. `openai`: the server's limit"
    )
    choices: Literal["text", "likelihood"] = Field(
        default="text", description="where a question has choices: write an answer, or take the likeliest choice"
    )
    closed_book_prompt: str = Field(default="closed_book.v2", description="a file in services/generator/prompts")
    rag_prompt: str = Field(default="rag.v1", description="a file in services/generator/prompts")
    cag_prompt: str = Field(default="cag.v1", description="the same, of arms with context `cag`")
    closed_book_summary_prompt: str = Field(default="closed_book_summary.v2", description="the same, for summaries")
    rag_summary_prompt: str = Field(default="rag_summary.v1", description="the same, for summaries")
    closed_book_conversation_prompt: str = Field(
        default="closed_book_conversation.v2", description="the same, for conversations that have begun"
    )
    rag_conversation_prompt: str = Field(default="rag_conversation.v1", description="the same")

    @property
    def speaker_names(self) -> tuple[str, ...]:
        """Who speaks here: `base`, and tracks of adapters on it."""
        listed = tuple(dict.fromkeys(name.strip() for name in self.speakers.split(",") if name.strip()))
        return listed or (self.worker,)

    @property
    def admission(self) -> Admission:
        """Which announced adapters are read."""
        return Admission(tuple(names_of(self.adapter_addresses)), self.adapter_most_mib * 1024**2)

    @property
    def tracks(self) -> tuple[str, ...]:
        """The tracks whose adapters speak here."""
        return tuple(name for name in self.speaker_names if name != BASE)


class ServerSettings(Settings):
    """The server behind the generator's backends `openai` and `tgi`."""

    model_config = under("GENERATOR_SERVER")
    url: str = Field(default="", description="of `openai` up to and with /v1, of `tgi` without a path")
    api_key: SecretStr = SecretStr("")
    model: str = Field(default="", description="the base model's name on the server")
    adapter_model: str = Field(
        default="{name}",
        description="an adapter's name on the server; {name}: as announced, {strength}: such as 1 or 0.5, where "
        "weakened copies lie there",
    )
    base_sha256: str = Field(
        default="", description="of the base's weights: adapters of another base are refused; empty: not checked"
    )
    tokenizer: str = Field(default="", description="of `tgi`: folder of the model's tokenizer and chat template")
    in_flight: int = Field(default=8, ge=1, le=1_000, description="requests of this worker at a time")
    timeout_s: float = Field(default=60.0, gt=0, description="of one request, from its first byte to its last")
    retries: int = Field(default=3, ge=0, le=10, description="of a request that found the server away or busy")
