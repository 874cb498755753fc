"""Prompts as versioned data: reading their files, and keeping template tokens of models out of what is filled in.

A prompt is a TOML file whose parts its service knows. A changed prompt is a new file, since what a model said carries
the version.
"""

import hashlib
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

# ChatML, Llama 2, 3 and 4, Mistral, Gemma, Phi, Zephyr, Qwen, DeepSeek (full-width bars), T5 and BERT.
_TOKEN = re.compile(
    r"<(?=[|\uff5c][^<>]{0,64}[|\uff5c]>)"
    r"|<(?=/?(?:s|bos|eos|pad|unk|mask|end_of_turn|start_of_turn|end_of_utterance|think|tool_call|image)>)"
    r"|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|CLS|SEP|MASK|PAD|UNK)\])",
    re.IGNORECASE,
)


def read(folder: str, name: str) -> tuple[str, dict[str, Any]]:
    """Version and parts of `<name>.toml` in a package, or of a `.toml` file of one's own.

    The version of an own file carries its hash. Raises ValueError where there is no such file or it is no TOML.
    """
    own = name.endswith(".toml")
    file = Path(name) if own else resources.files(folder) / f"{name}.toml"
    if not file.is_file():
        where = folder.replace(".", "/")
        raise ValueError(f"no prompt {name!r}: name a file of {where}, or a path that ends in .toml")
    content = file.read_bytes()
    version = f"{Path(name).stem}-{hashlib.sha256(content).hexdigest()[:8]}" if own else name
    try:
        return version, tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"prompt {name!r} is not complete: {error}") from error


def names(folder: str) -> list[str]:
    """The prompts that a package offers, by name."""
    files = resources.files(folder).iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def neutral(text: str) -> str:
    """The text with every chat-template token broken by a space, so that data cannot open a turn.

    Characters are added and none taken away, so that breaking one token never joins another.
    """
    return _TOKEN.sub(lambda match: f"{match.group()} ", text)
