"""Prompts as versioned data: reading them, filling them in, and keeping template tokens of models out of them.

A prompt is a TOML file: `system`, `user` (a string.Template of $question and, where it looks things up,
$evidence), `passage` (of $number and $text), `choices` (of $choices) and `abstain`, the phrase that says "I do
not know". A changed prompt is a new file, since answers carry its name.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

# ChatML, Llama 2, 3 and 4, Mistral, Gemma, Phi, Zephyr, Qwen, DeepSeek (full-width bars), T5 and BERT.
_TOKEN = re.compile(
    r"<(?=[|\uff5c][^<>]{0,64}[|\uff5c]>)"
    r"|<(?=/?(?:s|bos|eos|pad|unk|mask|end_of_turn|start_of_turn|end_of_utterance|think|tool_call|image)>)"
    r"|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|CLS|SEP|MASK|PAD|UNK)\])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt."""

    version: str
    system: str
    user: Template
    abstain: str
    passage: Template
    choices: Template

    def asking(self, question: str, choices: tuple[str, ...] = (), evidence: str = "") -> str:
        """The user turn for a question; what is filled in is neutralised."""
        options = self.choices.substitute(choices="; ".join(map(neutral, choices))) if choices else ""
        return self.user.substitute(question=neutral(question.strip()) + options, evidence=evidence)


def load(name: str) -> Prompt:
    """The prompt `prompts/<name>.toml`, or a `.toml` file of one's own, whose version then carries its hash.

    Raises ValueError where there is none or a part is missing.
    """
    own = name.endswith(".toml")
    file = Path(name) if own else resources.files("services.generator.prompts") / f"{name}.toml"
    if not file.is_file():
        raise ValueError(f"no prompt {name!r}: name a file of services/generator/prompts, or a path that ends in .toml")
    content = file.read_bytes()
    version = f"{Path(name).stem}-{hashlib.sha256(content).hexdigest()[:8]}" if own else name
    try:
        return _prompt(version, tomllib.loads(content.decode()))
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"prompt {name!r} is not complete: {error}") from error


def neutral(text: str) -> str:
    """The text with every chat-template token broken by a space, so that data cannot open a turn.

    Characters are added and none taken away, so that breaking one token never joins another.
    """
    return _TOKEN.sub(lambda found: f"{found.group()} ", text)


def _prompt(version: str, parts: dict[str, str]) -> Prompt:
    return Prompt(
        version=version,
        system=parts["system"].strip(),
        user=Template(parts["user"].strip()),
        abstain=parts["abstain"].strip(),
        passage=Template(parts.get("passage", "[$number] $text")),
        choices=Template(parts.get("choices", "\nChoose one: $choices")),
    )
