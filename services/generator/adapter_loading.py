"""Putting an adapter's weights on a network with PEFT: all of them, or nothing changes.

PEFT itself leaves out what fits no module and says so in a warning; the base would then speak under the adapter's
name. So names and shapes are held against the network first, while nothing has been made yet.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from services.generator import adapter_config, adapter_weights
from services.generator.adapter_config import ALL_LINEAR, ServedLora
from services.generator.adapter_weights import WEIGHTS, Pair
from shared.records import bounded

NO_FIT = "its weights fit no module of the base"
TRIED_TOKENS = 16
Widths = tuple[int, int]


def add(network: Any, folder: Path, key: str) -> Any:
    """The network with one more adapter, wrapped by PEFT where it was not. Raises ValueError where it does not fit.

    A network that is refused an adapter is as it was before.
    """
    from peft import PeftModel

    lora, pairs = adapter_config.read(folder), adapter_weights.pairs(folder / WEIGHTS)
    require_fit(network, lora, pairs)
    tensors = weights(folder)
    bare = not isinstance(network, PeftModel)
    wrapped = PeftModel(network, _for_peft(lora), adapter_name=key).eval() if bare else network
    try:
        if not bare:
            wrapped.add_adapter(key, _for_peft(lora))
        put(wrapped, tensors, key)
    except BaseException:
        if bare:
            wrapped.unload()
        elif key in wrapped.peft_config:
            wrapped.delete_adapter(key)
        raise
    return wrapped.eval()


def again(bare: Any, network: Any, key: str) -> Any:
    """A network without adapters with one that speaks on another network of the same base. No file is read again."""
    from peft import PeftModel, get_peft_model_state_dict

    wrapped = PeftModel(bare, deepcopy(network.peft_config[key]), adapter_name=key).eval()
    put(wrapped, get_peft_model_state_dict(network, adapter_name=key, save_embedding_layers=False), key)
    return wrapped.eval()


def scale(network: Any, key: str, strength: float) -> None:
    """Let an adapter add this share of what it was trained to add: PEFT's factor, by rank and alpha, times this."""
    from peft.tuners.lora import LoraLayer

    for module in network.modules():
        if isinstance(module, LoraLayer):
            module.set_scale(key, strength)


def put(network: Any, tensors: Mapping[str, Any], key: str) -> None:
    """Put weights in the place of an adapter's. Raises ValueError where one is missing or has no place."""
    from peft import set_peft_model_state_dict

    loaded: Any = set_peft_model_state_dict(network, dict(tensors), adapter_name=key)
    missing = [name for name in loaded.missing_keys if ".lora_" in name and f".{key}." in name]
    if loaded.unexpected_keys:
        raise ValueError(f"{NO_FIT}: {_some(loaded.unexpected_keys)}")
    if missing:
        raise ValueError(f"it has no weights for {_some(missing)}")


def require_effect(network: Any) -> None:
    """Raises ValueError where what the model says with its adapter are no numbers, as with huge weights, or the same.

    An adapter that was never trained, or has next to no strength, would be the base under another name.
    """
    import torch

    tokens = some_tokens(network)
    with torch.inference_mode():
        logits = network(input_ids=tokens).logits
        with network.disable_adapter():
            without = network(input_ids=tokens).logits
    require_difference(logits, without)


def some_tokens(network: Any) -> Any:
    """Token ids of one row that any network of its vocabulary can be tried with."""
    import torch

    return torch.arange(min(TRIED_TOKENS, network.config.vocab_size), device=network.device)[None]


def require_difference(logits: Any, without: Any) -> None:
    """Raises ValueError where logits are no numbers, or the same as without an adapter."""
    import torch

    if not torch.isfinite(logits).all():
        raise ValueError("with its weights, what the model says are no numbers: they are too large")
    if torch.equal(logits, without):
        raise ValueError("it changes nothing: what the model says is the same without its weights")


def weights(folder: Path) -> dict[str, Any]:
    """The weights of a folder that was checked, by name. Raises ValueError where one is endless or no number."""
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / WEIGHTS)
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"its weights hold numbers that are endless or none: {bounded(name, 200)}")
    return tensors


def require_fit(network: Any, lora: ServedLora, pairs: Mapping[str, Pair]) -> None:
    """Raises ValueError unless each pair has its linear layer, of its shape, and each targeted module has its pair."""
    modules, widths, head = _modules(network)
    for module, pair in pairs.items():
        if module not in widths:
            raise ValueError(f"{NO_FIT}: there is no linear layer {bounded(module, 200)}")
        if (pair.a[1], pair.b[0]) != widths[module]:
            raise ValueError(
                f"its weights do not fit the base: {module} is {widths[module]} wide, they are {(pair.a[1], pair.b[0])}"
            )
    all_linear = lora.target_modules == ALL_LINEAR
    wanted = set(widths) - {head} if all_linear else {name for name in modules if lora.targets(name)}
    if wanted != set(pairs):
        unlike = sorted(wanted - set(pairs)) or sorted(set(pairs) - wanted)
        raise ValueError(f"its configuration and its weights disagree about {_some(unlike)}")


def _modules(network: Any) -> tuple[list[str], dict[str, Widths], str]:
    """Names of the base's modules, the widths (in, out) of its linear layers, and the name of its output layer.

    PEFT's own parts are left out.
    """
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer

    base: Any = network.get_base_model() if isinstance(network, PeftModel) else network
    output, names, widths, head, wrapped = base.get_output_embeddings(), [], {}, "", ""
    for name, module in base.named_modules():
        if wrapped and name.startswith(wrapped):
            continue
        wrapped = f"{name}." if isinstance(module, BaseTunerLayer) else ""
        names.append(name)
        head = name if module is output else head
        layer = module.get_base_layer() if isinstance(module, BaseTunerLayer) else module
        if (width := _widths(layer)) is not None:
            widths[name] = width
    return names, widths, head


def _widths(layer: Any) -> Widths | None:
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    if isinstance(layer, Linear):
        return layer.in_features, layer.out_features
    return (int(layer.nx), int(layer.nf)) if isinstance(layer, Conv1D) else None


def _for_peft(lora: ServedLora) -> Any:
    from peft import LoraConfig

    alpha: Any = lora.lora_alpha  # PEFT says int, and divides by the rank what it is given
    return LoraConfig(
        r=lora.r,
        lora_alpha=alpha,
        target_modules=lora.target_modules,
        use_rslora=lora.use_rslora,
        fan_in_fan_out=lora.fan_in_fan_out,
        task_type=lora.task_type,
        inference_mode=True,
    )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return bounded(", ".join(listed[:3]), 300) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
