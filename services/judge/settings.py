"""What an operator can set about a judge."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from shared.settings import EmptyIsUnset, under

Pair = tuple[str, str]


class JudgeSettings(BaseSettings):
    """One judge: who it is, what it judges and by which prompts. Lists are JSON: `[["base", "tuned"]]`."""

    model_config = under("JUDGE")
    name: str = Field(
        default="main", pattern=r"^[a-z0-9-]{1,40}$", description="under which results show it; a new name judges anew"
    )
    backend: str = Field(default="transformers", description="a file in services/judge/backends")
    model: str = Field(default="", description="folder, hub or server name; empty: the embedded SmolLM2-135M-Instruct")
    pairs: Annotated[tuple[Pair, ...] | None, EmptyIsUnset] = Field(
        default=None,
        description="arms whose answers are compared, two prompts a pair; may be []; absent: the base with passages "
        "against each adapter without",
    )
    graded: Annotated[tuple[str, ...] | None, EmptyIsUnset] = Field(
        default=None,
        description="arms whose answers are graded where there are references, one prompt each; may be []; absent: all",
    )
    pairwise_prompt: str = Field(default="pairwise.v1", description="a file in services/judge/prompts, or a .toml")
    rubric_prompt: str = Field(default="rubric.v1", description="a file in services/judge/prompts, or a .toml")
    words: int = Field(default=120, ge=1, description="of an answer, and of the references, that a prompt holds")
    max_new_tokens: int = Field(default=16, ge=1, description="longest reply; hundreds for a model that reasons")
    families: dict[str, str] = Field(
        default={}, description="part of a model's name -> its family (JSON), where that is not known by itself"
    )
    batch: int = Field(default=16, ge=1, description="results judged at once")
    threads: int = Field(default=1, ge=1, description="of `transformers` on a CPU")
    batch_size: int = Field(default=8, ge=1, description="of `transformers`: prompts in one pass of the model")
    labels_only: bool = Field(
        default=False, description="of `transformers`: the model may write nothing but a label; for small models"
    )
    allow_downloads: bool = Field(default=False, description="of `transformers`: let a hub name be fetched")
    url: str = Field(default="", description="of `openai`: the server's address, up to and with /v1")
    api_key: str = Field(default="", repr=False, description="of `openai`")
    timeout_s: float = Field(default=60.0, gt=0, description="of `openai`: of one request")
    retries: int = Field(default=3, ge=0, le=10, description="of `openai`: of a request that failed for a moment")
    concurrency: int = Field(default=4, ge=1, description="of `openai`: requests at the same time")
    options: dict[str, Any] = Field(default={}, description="of `openai`: more fields of each request (JSON)")

    @field_validator("pairs")
    @classmethod
    def _sorted(cls, pairs: tuple[Pair, ...] | None) -> tuple[Pair, ...] | None:
        if pairs is None:
            return None
        if any(first == second for first, second in pairs):
            raise ValueError("a pair has two arms")
        ordered: list[Pair] = sorted({(min(pair), max(pair)) for pair in pairs})
        return tuple(ordered)
