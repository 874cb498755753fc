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

_WORDS = (  # without an underscore or a colon; those with one are none of HTML's
    r"s|bos|eos|pad|unk|cls|sep|mask|eop|sop|eod|eot|eom|eoa|eoh|bot|think|thinking|reasoning|tool|tools|function"
    r"|system|user|assistant|human|observation|response|image|images|img|audio|video|vision|speech|sound|box|ref|quad"
    r"|point|suf|mid|role|toolcall|reponame|filename|global-img|document|documents|(?:unused|reserved|special|madeupword|sentinel|2)-?\w{1,8}|fim-\w{1,16}"
)
_TOKEN = re.compile(
    r"<(?=[|\uff5c][^<>]{0,64}>|[^<>\s]{1,64}[|\uff5c]>)"  # ChatML, Llama 3 and 4, Phi, Qwen, Cohere, GLM, DeepSeek
    rf"|<(?=/?(?:{_WORDS}|\w{{0,64}}[_:][\w:.-]{{0,64}})/?>)"  # Gemma, Nemotron, InternLM, Qwen's tools, media, Seed
    r"|<(?=\[\w{1,80}\]>)"  # <[BOS_...]> of models of code
    r"|<(?=</?\w{1,32}>>)"  # <<SYS>> of Llama 2
    r"|>(?=>\w{1,32}<<)"  # >>QUESTION<< of Falcon
    r"|\[(?=[|\uff5c][^\[\]]{0,64}[|\uff5c]\])"  # [|user|] of EXAONE
    r"|\[(?=(?-i:/?[a-z]?[A-Z][A-Z_0-9]{2,64}|@\w{1,16}@|multimodal)\])"  # Mistral's [INST] and [THINK], GLM's [gMASK]
    r"|\[(?=/?(?:inst|think)\])"
    r"|\](?=~!?b[\[\]])|\[(?=e~\[)",  # MiniMax
    re.IGNORECASE,
)
"""What models of these families read as orders, wherever no tokenizer is at hand that could say it.

Where one is loaded, its own tokens go before this list: `shared/models/special_tokens.py`.
"""


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
    """The text with every known chat-template token broken by a space, so that data cannot open a turn.

    Characters are added and none taken away, so that breaking one token never joins another.
    """
    return _TOKEN.sub(lambda match: f"{match.group()} ", text)
