"""A run in MLflow, beside what the job says: its plan as parameters, each step's loss and speed as metrics.

MLflow is not among the project's dependencies: whoever sets the address installs it (`pip install mlflow-skinny`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Say = Callable[[dict[str, Any]], None]
EXPERIMENT = "tiltyard-tuning"
METRICS = ("loss", "tokens", "tokens_per_s")


@contextmanager
def told(address: str, name: str, parameters: Mapping[str, Any], say: Say) -> Iterator[Say]:
    """Say on, and tell MLflow at `address` too; without an address nothing is added.

    Raises ValueError where an address is set and MLflow is not installed.
    """
    if not address:
        yield say
        return
    mlflow = _library()
    mlflow.set_tracking_uri(address)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=name):
        mlflow.log_params(dict(parameters))

        def both(progress: dict[str, Any]) -> None:
            say(progress)
            if "step" in progress:
                mlflow.log_metrics({metric: progress[metric] for metric in METRICS}, step=progress["step"])

        yield both


def _library() -> Any:
    from importlib import import_module

    try:
        return import_module("mlflow")
    except ModuleNotFoundError as error:
        raise ValueError(
            "TILTYARD_TUNING_MLFLOW_URI is set and MLflow is not installed: pip install mlflow-skinny"
        ) from error
