"""Variants by name: one file in a folder is one variant, and its name is what settings say."""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any


def names(package: str) -> list[str]:
    """The variants that a folder offers, sorted."""
    modules = pkgutil.iter_modules(import_module(package).__path__)
    return sorted(module.name for module in modules if not module.name.startswith("_"))


def load(package: str, name: str, function: str = "build") -> Callable[..., Any]:
    """The public function of one variant; only that variant's imports are paid for.

    Raises ValueError that lists the variants when there is none of that name.
    """
    if name not in names(package):
        raise ValueError(f"no {name!r} in {package.replace('.', '/')}: choose one of {', '.join(names(package))}")
    loaded: Callable[..., Any] = getattr(import_module(f"{package}.{name}"), function)
    return loaded
