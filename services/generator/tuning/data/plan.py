"""The data part of a recipe: which documents are learned, how they are split, and which builders make examples."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_serializer, model_validator

from shared import plugins
from shared.records import reason_of

BUILDERS = "services.generator.tuning.data.builders"
Share = Annotated[float, Field(ge=0, le=1)]


class BuilderOptions(BaseModel):
    """What every builder can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    share: Share = Field(default=1.0, description="of its examples that is kept, by chance")
    times: int = Field(default=1, ge=1, description="how often each of its examples is seen in an epoch")
    times_a_fact: int | None = Field(
        default=None,
        ge=1,
        description="in place of `times`: how often each fact is seen in an epoch, at least, over all its wordings",
    )
    at_most: int | None = Field(default=None, ge=0, description="examples of it; by chance")

    @model_validator(mode="after")
    def _says_how_often_once(self) -> "BuilderOptions":
        if self.times_a_fact is not None and self.times != 1:
            raise ValueError("times and times_a_fact say the same thing; take one of them")
        return self


class Stage(BaseModel):
    """A builder with its options, in a recipe `name: {option: value}` or the name alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    builder: str
    options: SerializeAsAny[BuilderOptions]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, Stage):
            return value
        written = {value: {}} if isinstance(value, str) else value
        if not isinstance(written, Mapping) or len(written) != 1:
            raise ValueError("a builder is written `name: {option: value}`")
        ((name, options),) = written.items()
        return {"builder": name, "options": _options(name, options or {})}

    @model_serializer
    def _written(self) -> dict[str, Any]:
        return {self.builder: self.options.model_dump(mode="json")}


class DataPlan(BaseModel):
    """Documents, split and builders; `seed` decides every draw."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    builders: tuple[Stage, ...] = Field(default=("pairs",), validate_default=True, description="in this order")
    without_pairs: tuple[Stage, ...] = Field(
        default=("stories",), validate_default=True, description="the builders where no pair can be learned"
    )
    seed: int = 1
    validation: Share = Field(default=0.05, description="of the documents: never trained on")
    probe: Share = Field(default=0.1, description="of the documents: one wording of each of their facts is held out")
    least_probes: int = Field(
        default=12, ge=0, description="facts of which a wording is held out, if need be of more documents than `probe`"
    )
    documents: Literal["all", "new"] = Field(default="all", description="new: what the adapter before has not learned")
    languages: tuple[str, ...] = Field(default=(), description="ISO 639-1; empty: any")
    least_trust: Share = Field(default=0.0, description="a document of a source that is trusted less is left out")
    reprints: bool = Field(default=True, description="whether near-duplicates of a document are learned as well")
    source_share: float = Field(default=1.0, gt=0, le=1, description="of all examples that one source may give")
    source_examples: int | None = Field(default=None, ge=1, description="the most that one source may give")
    published_pairs: bool = Field(default=True, description="learn the pairs on the topic too, not only a file's")

    @model_validator(mode="after")
    def _something_is_left(self) -> "DataPlan":
        if self.validation + self.probe > 1:
            raise ValueError("validation and probe are more than all documents")
        return self


def _options(name: str, given: Mapping[str, Any]) -> BuilderOptions:
    """Raises ValueError that names the builder."""
    kind: Any = plugins.load(BUILDERS, name, "Options")
    try:
        options: BuilderOptions = kind.model_validate(given)
    except ValidationError as error:
        raise ValueError(f"builder {name}: {reason_of(error)}") from error
    return options
