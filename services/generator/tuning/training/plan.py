"""The training part of a recipe: what is trained how, the optimiser, the schedule."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.generator.cartridge_config import MOST_TOKENS

Method = Literal["qlora", "lora", "full", "cartridge"]
Optimiser = Literal["auto", "adamw", "paged_adamw_32bit", "paged_adamw_8bit"]
OF_LORA = ("rank", "alpha", "dropout", "targets", "strength", "cache_dequantised", "lora_plus", "hold", "cpu_compute")
OF_CARTRIDGES = ("virtual_tokens", "frozen_tokens", "initialise")


class Hold(BaseModel):
    """A term that holds a model to its base beside what it learns: see `holding`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions: int = Field(
        default=2, ge=0, description="passes over general questions, on the answers that the base gives itself"
    )
    questions_from: Literal["general.v1"] = Field(default="general.v1", description="a file in training/sets")
    texts: int = Field(default=2, ge=0, description="passes over the beginnings of the documents that are learned")
    most_texts: int = Field(default=100, ge=1, le=10_000, description="documents that it is held on; by chance")
    weight: float = Field(default=1.0, gt=0, description="of the divergence from the base, beside the loss")

    @model_validator(mode="after")
    def _on_something(self) -> "Hold":
        if self.questions == self.texts == 0:
            raise ValueError("hold: neither questions nor texts; take it out of the recipe, or hold on one of them")
        return self


class TrainingPlan(BaseModel):
    """QLoRA as it is run; the defaults teach the embedded model three hundred short facts on two cores."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    method: Method = Field(
        default="qlora",
        description="LoRA over a base in NF4, LoRA over an unquantised base, all weights, or a cartridge",
    )
    cache_dequantised: bool = Field(
        default=False, description="keep NF4's values as floats: the same numbers, faster, without the saving of memory"
    )
    cpu_compute: Literal["fp32", "bf16", "auto"] = Field(
        default="fp32",
        description="arithmetic of LoRA on a CPU, over a base that is kept as floats; auto: bf16 where the processor "
        "multiplies it itself",
    )
    warm_start: Literal["none", "previous"] = Field(
        default="none",
        description="previous: go on from who speaks in the track, whose base and form must be the recipe's",
    )
    rank: int = Field(default=16, ge=1, description="of the LoRA matrices")
    alpha: int = Field(default=32, ge=1, description="LoRA's scale is alpha / rank")
    dropout: float = Field(default=0.0, ge=0, lt=1)
    strength: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="how much of what was learned is kept, between the base and the trained weights; lora and qlora",
    )
    targets: str = Field(default="all-linear", description="which weights get LoRA: `all-linear`, or names with commas")
    virtual_tokens: int = Field(
        default=512, ge=1, le=MOST_TOKENS, description="of a cartridge: how many stand before each prompt"
    )
    frozen_tokens: int = Field(
        default=1,
        ge=0,
        description="of a cartridge: its first ones stay as they began; the first token takes attention",
    )
    initialise: Literal["text", "random"] = Field(
        default="text",
        description="of a cartridge: it begins as the model reads the documents' first words, or by chance",
    )
    optimiser: Optimiser = Field(
        default="auto", description="auto: adamw on a CPU, paged_adamw_32bit on a GPU; paged ones need a GPU"
    )
    learning_rate: float = Field(default=1e-3, gt=0, description="at its highest")
    lora_plus: float = Field(
        default=1.0,
        ge=1,
        le=64,
        description="of LoRA+: how much faster its matrices B learn, which begin as zeros, than A",
    )
    warmup: float = Field(default=0.1, gt=0, lt=1, description="share of the run in which the rate rises")
    weight_decay: float = Field(default=0.0, ge=0)
    clip: float = Field(default=1.0, gt=0, description="largest norm of a gradient")
    epochs: float | None = Field(
        default=4.0, gt=0, description="passes over the examples, of which 3 were too few for short facts; null: any"
    )
    least_steps: int = Field(
        default=1, ge=1, description="fewest of a run: a small set is passed over again, whatever `epochs` says"
    )
    steps: int | None = Field(default=None, ge=1, description="most of a run; null: any number")
    tokens: int | None = Field(default=None, ge=1, description="most that a run learns from; null: any number")
    max_seconds: float | None = Field(
        default=None, gt=0, description="of one start; a run that needs longer is unfinished and is not served"
    )
    batch_size: int = Field(default=8, ge=1, description="examples that are in memory at a time")
    step_tokens: int = Field(
        default=0, ge=0, description="most tokens a step learns from, padding counted; long examples make smaller steps"
    )
    accumulate: int = Field(default=1, ge=1, description="batches whose gradients make one step")
    max_tokens: int = Field(default=512, ge=16, description="longest example; a longer one is cut at its end")
    checkpointing: bool = Field(default=False, description="recompute activations: slower, for models that do not fit")
    hold: Hold | None = Field(default=None, description="hold to the base what the news does not teach; of LoRA")
    seed: int = 1

    @model_validator(mode="after")
    def _ends(self) -> "TrainingPlan":
        if self.epochs is self.steps is self.tokens is None:
            raise ValueError("epochs, steps, tokens: one of them must say how long a run is")
        return self

    @model_validator(mode="after")
    def _has_an_adapter(self) -> "TrainingPlan":
        if self.method == "full" and self.strength < 1:
            raise ValueError("strength: all weights are trained as they are; take method lora or qlora, or strength 1")
        if self.hold and self.checkpointing:
            raise ValueError("hold: a model that drops its activations cannot answer first; take checkpointing: false")
        if self.method == "full" and self.lora_plus != 1:
            raise ValueError("lora_plus: all weights are trained and there is no LoRA; take method lora or qlora")
        if self.method == "full" and self.hold:
            raise ValueError("hold: all weights are trained and no base is left beside them; take method lora or qlora")
        return self

    @model_validator(mode="after")
    def _keeps_floats(self) -> "TrainingPlan":
        if self.cpu_compute != "fp32" and not self.keeps_floats:
            raise ValueError(
                f"cpu_compute: {self.cpu_compute} is for LoRA over a base that is kept as floats; take method lora, "
                "qlora with cache_dequantised: true, or fp32"
            )
        return self

    @model_validator(mode="after")
    def _says_what_applies(self) -> "TrainingPlan":
        """A value that decides nothing would be believed to; one that is the default is none."""
        is_cartridge = self.method == "cartridge"
        foreign = (*OF_LORA, "checkpointing") if is_cartridge else OF_CARTRIDGES
        fields: dict[str, Any] = type(self).model_fields
        if said := [name for name in foreign if getattr(self, name) != fields[name].default]:
            raise ValueError(f"{', '.join(said)}: not of method {self.method}; take it out of the recipe")
        if is_cartridge and self.frozen_tokens >= self.virtual_tokens:
            raise ValueError("frozen_tokens: all virtual_tokens are frozen, and nothing would learn; take fewer")
        return self

    @property
    def keeps_floats(self) -> bool:
        """Whether LoRA learns beside weights that are kept as floats on a CPU."""
        return self.method == "lora" or (self.method == "qlora" and self.cache_dequantised)

    @property
    def step_size(self) -> int:
        """Examples a step learns from: the effective batch."""
        return self.batch_size * self.accumulate
