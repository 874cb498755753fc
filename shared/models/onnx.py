"""A sentence-transformers model for ONNX Runtime: exported once with torch, in fp32 and int8, beside its tokenizer.

The exported graph takes token ids and their mask and gives unit vectors: pooling is inside. The folder is named by
a hash of all that the export is made of, so that other weights never answer under its name.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from shared.models import sentences
from shared.models.language import weights_sha256

MADE_BY = "2"  # raised where the same model would be exported otherwise
POOLINGS = ("mean", "cls")
FILES = {"fp32": "fp32.onnx", "int8": "int8.onnx"}
CARD, TOKENIZER = "card.json", "tokenizer.json"


@dataclass(frozen=True)
class Exported:
    """What is needed to run an exported model beside its graph: how many tokens it reads."""

    dimensions: int
    max_tokens: int


def exported(model: str, home: Path) -> Path:
    """The folder with the model's graphs; made when first asked for (about 15 s for 22 million weights).

    Raises ValueError for a model without safetensors, and for one with parts that cannot be exported.
    """
    source = Path(sentences.location(model))
    if not source.is_dir():
        raise ValueError(f"no folder {model!r}: an ONNX encoder is exported from a model's folder, not from a hub name")
    name = f"{sentences.name(model)}-onnx-{_identity(source)}"
    return _made_once(home / "models" / name, lambda folder: _export(source, folder))


def card(folder: Path) -> Exported:
    """What an exported model says of itself."""
    values: Mapping[str, int] = json.loads((folder / CARD).read_text())
    return Exported(**values)


def _identity(source: Path) -> str:
    """A hash of the weights and of every small file beside them: pooling and tokenizer count too."""
    parts = [MADE_BY, weights_sha256(source)]
    for path in sorted(source.rglob("*.json")):
        parts += [str(path.relative_to(source)), sha256(path.read_bytes()).hexdigest()]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _export(source: Path, folder: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    weights = {"use_safetensors": True, "attn_implementation": "eager"}
    model: Any = SentenceTransformer(str(source), device="cpu", trust_remote_code=False, model_kwargs=weights).eval()
    _write_graph(model[0].model, pooling_of(model), folder / FILES["fp32"])
    _quantise(folder / FILES["fp32"], folder / FILES["int8"])
    (folder / TOKENIZER).write_text(model.tokenizer.backend_tokenizer.to_str())
    about = Exported(model.get_embedding_dimension(), model.max_seq_length)
    (folder / CARD).write_text(json.dumps(asdict(about)))


def pooling_of(model: Iterable[Any]) -> str:
    """How a sentence-transformers model makes one vector of many; raises ValueError for what cannot be exported."""
    parts = list(model)
    first, *rest = [type(part).__name__ for part in parts]
    if first != "Transformer" or rest not in (["Pooling"], ["Pooling", "Normalize"]):
        raise ValueError(f"cannot be exported to ONNX: parts {[first, *rest]}; only a Transformer with Pooling can")
    pooling = parts[1].pooling_mode
    if pooling not in POOLINGS:
        raise ValueError(f"cannot be exported to ONNX: pooling {pooling}; there are {' and '.join(POOLINGS)}")
    if getattr(model, "default_prompt_name", None):
        raise ValueError("cannot be exported to ONNX: it puts a prompt before every text")
    return str(pooling)


def _write_graph(transformer: Any, pooling: str, file: Path) -> None:
    import torch

    class Sentences(torch.nn.Module):
        """Token ids and mask, each (texts, tokens), to unit vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
            mean = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean if pooling == "mean" else tokens[:, 0], dim=1)

    ids, mask = torch.full((2, 17), 7), torch.ones((2, 17), dtype=torch.int64)
    mask[1, 9:] = 0  # nothing about the example may be taken for a constant
    any_size = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    program = torch.onnx.export(
        Sentences().eval(),
        (ids, mask),
        dynamo=True,
        dynamic_shapes=(any_size, any_size),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        external_data=False,
        verbose=False,
    )
    assert program is not None, "the exporter gives a program where it is not given a file"
    program.save(str(file))


def _quantise(source: Path, file: Path) -> None:
    """Weights of the matrix products to int8, each output channel by its own scale; inputs when they come.

    The products that widen (a feed-forward layer's first) stay as they are: their loss is what shows in rankings.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = file.with_name(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        prepared,
        file,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=_widening(prepared),
    )
    prepared.unlink()


def _widening(graph: Path) -> list[str]:
    """Names of the products with weights that have more columns than rows."""
    import onnx

    model = onnx.load(str(graph))
    shapes = {weights.name: list(weights.dims) for weights in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in shapes]
    return [node.name for node in products if shapes[node.input[1]][-1] > shapes[node.input[1]][0]]


def fits_int8(cpuinfo: str) -> bool:
    """Whether a processor multiplies bytes without overflow: x86 with VNNI does; what says no flags is no x86."""
    flags = {flag for line in cpuinfo.splitlines() if line.startswith("flags") for flag in line.split()}
    return not flags or any(flag.endswith("vnni") for flag in flags)


def _made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made by `make` where it is not there; one who dies in between leaves nothing under its name."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f".{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _make(folder, make)
    return folder


def _make(folder: Path, make: Callable[[Path], None]) -> None:
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    make(making)
    making.replace(folder)
