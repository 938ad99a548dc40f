"""`tallywire trusted-documents`: gathers the documents of partners and apps into the file that `serve` reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, print_ast, separate_operations

from gql.schema.build import build_schema
from gql.trusted import BadDocumentsError, check, digest, read
from tallywire.commands.running import errors, fail, output

ENDINGS = (".graphql", ".gql")
trusted_documents_cli = typer.Typer(no_args_is_help=True, help="Documents that are known by their sha256.")


@trusted_documents_cli.command("collect")
def collect_command(
    paths: Annotated[list[Path], typer.Argument(help="Files of GraphQL, and folders of them.", show_default=False)],
    to: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("trusted-documents.json"),
    add: Annotated[bool, typer.Option(help="Keep what the file holds already.")] = False,
) -> None:
    """Write every operation found there, each with its fragments, checked against the schema; print what each is
    asked for by.
    """
    found = list(_operations(paths))
    faults = check([(where, text) for where, _, text in found], build_schema()._schema)
    for fault in faults:
        errors.print(fault, markup=False)
    if faults:
        fail(f"nothing is written: {len(faults)} faults")
    if not found:
        fail("there is no operation in these files")
    try:
        kept = read(to) if add and to.exists() else {}
    except BadDocumentsError as error:
        fail(str(error))
    documents = {**kept, **{digest(text): text for _, _, text in found}}
    to.write_text(json.dumps(dict(sorted(documents.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for where, name, text in found:
        output.print(f"{digest(text)}  {name}  {where}", markup=False)
    errors.print(f"{len(documents)} documents in {to}", markup=False)


@trusted_documents_cli.command("check")
def check_command(path: Annotated[Path, typer.Argument(help="A file of trusted documents.")]) -> None:
    """Hold a file against the schema, as after an update of tallywire."""
    try:
        documents = read(path)
    except BadDocumentsError as error:
        fail(str(error))
    faults = check(documents.items(), build_schema()._schema)
    for fault in faults:
        errors.print(fault, markup=False)
    if faults:
        fail(f"{len(faults)} faults in {path}")
    output.print(f"{len(documents)} documents, all valid", markup=False)


def _operations(paths: list[Path]) -> Iterator[tuple[str, str, str]]:
    """Where, the operation's name, and the document. Of a file with one operation, its very text too: for those who
    send that.
    """
    for path in _files(paths):
        try:
            text = path.read_text(encoding="utf-8")
            document = parse(text)
        except (OSError, UnicodeDecodeError) as error:
            fail(f"{path}: cannot be read: {error}")
        except GraphQLError as error:
            fail(f"{path}: {error.message}")
        alone = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        if len(alone) == 1 and text != print_ast(document):
            yield str(path), _name(document), text
        for one in separate_operations(document).values():
            yield str(path), _name(one), print_ast(one)


def _name(document: DocumentNode) -> str:
    named = (one.name.value for one in document.definitions if isinstance(one, OperationDefinitionNode) and one.name)
    return next(named, "(no name)")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix in ENDINGS)
        elif path.is_file():
            yield path
        else:
            fail(f"{path}: there is no such file or folder")
