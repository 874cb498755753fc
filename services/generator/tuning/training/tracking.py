"""A run in MLflow, beside what the job says: its plan as parameters, each step's loss and speed as metrics.

MLflow is not among the project's dependencies: whoever sets the address installs it (`pip install mlflow-skinny`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from shared.jobs.events import Event, Write
from shared.jobs.training import StepTaken

EXPERIMENT = "tiltyard-tuning"


@contextmanager
def told(address: str, name: str, parameters: Mapping[str, Any], say: Write) -> Iterator[Write]:
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

        def both(event: Event) -> None:
            say(event)
            if isinstance(event, StepTaken):
                mlflow.log_metrics(
                    {"loss": event.loss, "tokens": event.tokens, "tokens_per_s": event.tokens_per_s}, step=event.step
                )

        yield both


def _library() -> Any:
    from importlib import import_module

    try:
        return import_module("mlflow")
    except ModuleNotFoundError as error:
        raise ValueError(
            "TILTYARD_TUNING_MLFLOW_URI is set and MLflow is not installed: pip install mlflow-skinny"
        ) from error
