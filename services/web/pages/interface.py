"""The document of what programs may ask (OpenAPI), with names of models that one can say."""

import json
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.web.pages.problems import SCHEMA, Problem

OF_LIST = re.compile(r"\bPaged_(\w+?)_(?=\")")
"""How the generic model of a list is called by itself."""


def described(app: FastAPI) -> dict[str, Any]:
    """Of all routes that are in it."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    of_problems = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= {**of_problems.pop("$defs"), SCHEMA: of_problems}
    renamed: dict[str, Any] = json.loads(OF_LIST.sub(r"PageOf\1", json.dumps(document)))
    return renamed
