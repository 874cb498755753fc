"""Settings of the teacher that writes training examples: where it is, and how it may be asked."""

from pydantic import Field, SecretStr

from shared.settings import Settings, under


class TeacherSettings(Settings):
    """Used only where a recipe has the builder `teacher` or a teacher makes questions: it is sent the documents."""

    model_config = under("TEACHER")
    variant: str = Field(default="own", description="a file in data/teachers: own is the generator's model, or openai")
    url: str = Field(default="", description="of `openai`: the server's address, up to and with /v1")
    model: str = Field(default="", description="of `openai`: the name that the server knows")
    api_key: SecretStr = Field(default=SecretStr(""), description="of `openai`")
    at_once: int = Field(default=4, ge=1, le=64, description="of `openai`: requests at a time")
    timeout_s: float = Field(default=60.0, gt=0, description="of `openai`: of one request")
    retries: int = Field(default=2, ge=0, le=10, description="of `openai`: of a request that failed for a moment")
    max_tokens: int = Field(default=256, ge=8, description="of one reply")
