"""Loading a model in one of three precisions."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig


def load(folder: Path, precision: str) -> Any:
    """The model of a folder in one precision: fp32, bf16 or nf4; on the GPU where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options: dict[str, Any] = {"dtype": torch.bfloat16 if precision == "bf16" else torch.float32}
    if precision == "nf4":
        options = nf4(device)
    return AutoModelForCausalLM.from_pretrained(
        folder, device_map={"": device}, use_safetensors=True, local_files_only=True, **options
    )


def nf4(device: str) -> dict[str, Any]:
    """QLoRA's storage (Dettmers et al. 2023): 4-bit NormalFloat, double quantisation; computes in fp32 on a CPU."""
    compute = torch.bfloat16 if device == "cuda" else torch.float32
    config = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute,
    )
    return {"dtype": compute, "quantization_config": config}


def chosen(wanted: str) -> str:
    """The precision that a setting means: bf16 on a GPU and fp32 on a CPU where it leaves the choice."""
    if wanted != "auto":
        return wanted
    return "bf16" if torch.cuda.is_available() else "fp32"
