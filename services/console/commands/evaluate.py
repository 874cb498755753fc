"""`tiltyard evaluate`: how good a part of the system is, measured with the field's standard tools."""

from pathlib import Path
from typing import Annotated

import typer

from services.console import output, retrieval_evaluation, retrieval_view


def register(app: typer.Typer) -> None:
    evaluations = typer.Typer(
        name="evaluate", no_args_is_help=True, help="Measure a part of the system on a test collection."
    )
    evaluations.callback()(lambda: None)
    evaluations.command()(retrieval)
    app.add_typer(evaluations)


def retrieval(
    documents: Annotated[Path, typer.Option(help="File or folder of documents.")],
    questions: Annotated[Path | None, typer.Option(help="File of questions, where documents do not hold them.")] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="Where it is not to be recognised: a file in the retriever's formats.")
    ] = "",
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Exact search on the twins; no server needed.")
    ] = False,
    run: Annotated[
        list[str] | None, typer.Option(help="Such as bm25, or weighted+recency for a ranker behind it; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for TREC run and qrels files and report.json.")] = None,
    json: output.Json = False,
) -> None:
    """Compare searches and rankers: Hits, MRR, recall, nDCG and MAP, with 95 % intervals of their differences.

    The configured retriever is always among the runs, and the others are compared with it.

    Example: tiltyard evaluate retrieval --documents services/console/newswire --in-memory
    Example: tiltyard evaluate retrieval --documents d.jsonl.gz --questions q.jsonl.gz --run bm25 --out out/trec
    """
    found = retrieval_evaluation.measure(
        documents, questions, format_name=format_name, in_memory=in_memory, runs=run or [], out=out
    )
    if json:
        output.as_json(found)
    else:
        retrieval_view.show(found)
