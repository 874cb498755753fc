"""What a paragraph of a contest may set. Settings of retriever and generator say the same where it does not."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.messages.contests import Strength, Value


class RetrievalOptions(BaseModel):
    """How passages are found, ranked and cut to what a prompt can hold.

    Folders of models are not among these: no message names what a service opens.
    """

    model_config = ConfigDict(extra="forbid")
    search: str = Field(default="weighted", description="a file in services/retriever/searches")
    rankers: str = Field(
        default="recency", description="files in services/retriever/rankers, applied in this order, comma-separated"
    )
    queries: str = Field(default="plain", description="a file in services/retriever/queries")
    depth: int = Field(default=100, ge=1, le=1_000, description="chunks of each list that are fused and ranked")
    dense_weight: float = Field(
        default=0.4, ge=0, le=1, description="of `weighted`: how much dense counts, BM25 the rest"
    )
    recency_half_life_days: float = Field(default=30.0, gt=0, description="of `recency`")
    recency_floor: float = Field(default=0.3, ge=0, le=1, description="of `recency`: what the oldest news keeps")
    top_k: int = Field(default=5, ge=1, le=100, description="chunks of evidence at most")
    budget_words: int = Field(default=800, ge=1, description="words of evidence at most; the first chunk always stays")
    mmr_lambda: float = Field(
        default=0.8, ge=0, le=1, description="of `mmr`: how much relevance counts, novelty the rest"
    )
    mmr_first: int = Field(default=50, ge=1, le=1_000, description="of `mmr`: chunks that it ranks")
    cross_encoder_first: int = Field(default=30, ge=1, le=1_000, description="of `cross_encoder`: chunks that it ranks")
    likelihood_first: int = Field(default=10, ge=1, le=1_000, description="of `likelihood`: chunks that it ranks")
    decompose_most: int = Field(
        default=4, ge=1, le=16, description="of `decompose`: queries at most, the whole one first"
    )
    expand_passages: int = Field(default=5, ge=1, le=50, description="of `expand`: passages whose words are looked at")
    expand_terms: int = Field(default=8, ge=1, le=50, description="of `expand`: words added at most")

    @field_validator("rankers", mode="before")
    @classmethod
    def _one_line(cls, rankers: object) -> object:
        return ",".join(map(str, rankers)) if isinstance(rankers, list | tuple) else rankers

    @property
    def ranker_names(self) -> list[str]:
        return names_of(self.rankers)


class AskingOptions(BaseModel):
    """How an arm is asked, how much it reads, how long its answers may be, and when it keeps one to itself."""

    model_config = ConfigDict(extra="forbid")
    max_new_tokens: int = Field(default=24, ge=1, description="longest answer")
    evidence_chunks: int = Field(
        default=1, ge=0, description="passages in a prompt, best first; 3 to 5 for models of a billion weights and more"
    )
    evidence_words: int = Field(default=150, ge=1, description="of all passages together; the best come whole")
    abstention: str = Field(
        default="auto",
        description="a file in services/generator/abstention: when an arm with passages keeps its answer to itself; "
        "auto: `support` with the embedded model, otherwise `never`",
    )
    closed_book_abstention: str = Field(
        default="auto",
        description="the same of an arm without passages; auto: `certainty` with the embedded model, else `never`",
    )
    certainty_least: float = Field(
        default=0.46,
        ge=0,
        le=1,
        description="`certainty` declines below this probability a token; `python -m bench.unsure` chooses it",
    )
    certainty_least_tuned: float = Field(
        default=0.56, ge=0, le=1, description="the same of an arm with an adapter, at the same price in right answers"
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
    cag_words: int = Field(
        default=4_000,
        ge=100,
        le=1_000_000,
        description="of the newest documents in the prompt of an arm with context `cag`, all together; "
        "characters count too, a word for each ten of them",
    )
    history_words: int = Field(default=120, ge=1, description="of a conversation's turns in a prompt, the newest first")


class ArmOptions(AskingOptions):
    """What an arm's paragraph may say beside its prompts. A worker has no usual strength: it is an arm's alone."""

    strength: Strength = Field(
        default=1.0,
        description="of an arm that speaks with an adapter: how much of what was trained is added to the base, "
        "1: all of it",
    )


PROMPTS = ("prompt", "summary_prompt", "conversation_prompt")
"""Options of an arm that name prompts, one for each kind of question; without them the worker's settings say which."""
STRENGTH = "strength"
"""The option of an arm that says how strongly its adapter speaks."""
WEIGHS_PASSAGES = frozenset({"support"})
"""Rules of abstention that an arm without passages cannot have."""


def names_of(line: str) -> list[str]:
    """The names of a comma-separated line, in its order."""
    return [name.strip() for name in line.split(",") if name.strip()]


def asking(options: Mapping[str, Value], *, has_passages: bool) -> dict[str, Value]:
    """What an arm's paragraph says beside its prompts, as `ArmOptions` names it; `decline` is the arm's own rule."""
    renamed = {"decline": rule_of(has_passages=has_passages)}
    return {renamed.get(name, name): value for name, value in options.items() if name not in PROMPTS}


def rule_of(*, has_passages: bool) -> str:
    """The option that names the rule of an arm with passages, or of one without."""
    return "abstention" if has_passages else "closed_book_abstention"
