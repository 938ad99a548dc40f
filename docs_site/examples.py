"""Which example queries ask for which root field."""

from collections import defaultdict
from pathlib import Path

from graphql import FieldNode, OperationDefinitionNode, parse

FOLDER = Path(__file__).parent.parent / "example_queries"


def examples_by_field() -> dict[str, list[str]]:
    """ "Query.result" to the names of the examples that ask for it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(FOLDER.glob("*.graphql")):
        for operation in parse(path.read_text()).definitions:
            if isinstance(operation, OperationDefinitionNode):
                root = operation.operation.value.title()
                for node in operation.selection_set.selections:
                    if isinstance(node, FieldNode):
                        found[f"{root}.{node.name.value}"].append(path.stem)
    return found
