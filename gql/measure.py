"""How large a document is, before anything is made of it: its depth, breadth, aliases, repeats, directives.

One walk over the text as it was parsed, which sees each fragment once, however often it is spread. Strawberry's own
limiters of depth and aliases walk a fragment at each of its spreads: 25 fragments that each spread the next one twice
hold them for minutes, and a fragment that is not there raises a KeyError out of them (0.341). GraphQL's validation
comes after this: it compares all fields of one name with each other, 0.3 s for 199 of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
)

INTROSPECTION = "__"


@dataclass(frozen=True, slots=True)
class Size:
    """Of one document, fragments written out wherever they are spread. `breadth`: the fields of its widest selection;
    `repeats`: fields of a selection whose name was there before; `depth`: selections inside each other.
    """

    operations: int = 0
    depth: int = 0
    breadth: int = 0
    fields: int = 0
    aliases: int = 0
    repeats: int = 0
    directives: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """What one selection comes to; `names`: how often each name stands in it itself."""

    depth: int
    breadth: int
    fields: int
    aliases: int
    repeats: int
    directives: int
    names: Counter[str]


NOTHING = _Part(0, 0, 0, 0, 0, 0, Counter())


def measure(document: DocumentNode) -> Size:
    """All operations of the document together; fragments that nobody spreads are counted once."""
    walk = _Walk(document)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    parts = [walk.operation(node) for node in operations]
    parts += [walk.fragment(name) for name in walk.left_over()]
    return Size(
        operations=len(operations),
        depth=max((part.depth for part in parts), default=0),
        breadth=max((part.breadth for part in parts), default=0),
        fields=sum(part.fields for part in parts),
        aliases=sum(part.aliases for part in parts),
        repeats=sum(part.repeats for part in parts),
        directives=sum(part.directives for part in parts),
    )


class _Walk:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, _Part] = {}

    def operation(self, node: OperationDefinitionNode) -> _Part:
        part = self._selection(node.selection_set.selections)
        own = len(node.directives or ()) + sum(len(one.directives or ()) for one in node.variable_definitions or ())
        return _with_directives(part, own)

    def left_over(self) -> list[str]:
        return [name for name in self._fragments if name not in self._known]

    def fragment(self, name: str) -> _Part:
        """Nothing where it is not there, or spreads itself: GraphQL's validation says so."""
        if name not in self._known:
            self._known[name] = NOTHING
            node = self._fragments.get(name)
            if node is not None:
                part = self._selection(node.selection_set.selections)
                self._known[name] = _with_directives(part, len(node.directives or ()))
        return self._known[name]

    def _selection(self, selections: Iterable[SelectionNode]) -> _Part:
        depth = breadth = fields = aliases = repeats = directives = 0
        names: Counter[str] = Counter()
        for node in selections:
            directives += len(node.directives or ())
            part = self._one(node)
            # What a fragment selects stands in this very selection; what a field selects is one deeper.
            deeper = isinstance(node, FieldNode)
            depth = max(depth, part.depth + deeper)
            breadth = max(breadth, part.breadth)
            fields, aliases = fields + part.fields, aliases + part.aliases
            repeats, directives = repeats + part.repeats, directives + part.directives
            if isinstance(node, FieldNode):
                fields += 1
                aliases += node.alias is not None
                names[(node.alias or node.name).value] += 1
            else:
                names.update(part.names)
                repeats -= _repeated(part.names)
        repeats += _repeated(names)
        return _Part(depth, max(breadth, names.total()), fields, aliases, repeats, directives, names)

    def _one(self, node: SelectionNode) -> _Part:
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            part = self._selection(node.selection_set.selections)
            # GraphQL's own rule limits how deep introspection goes.
            if isinstance(node, FieldNode) and node.name.value.startswith(INTROSPECTION):
                return _Part(0, 0, part.fields, part.aliases, part.repeats, part.directives, Counter())
            return part
        return NOTHING


def _repeated(names: Counter[str]) -> int:
    return names.total() - len(names)


def _with_directives(part: _Part, more: int) -> _Part:
    if not more:
        return part
    return _Part(part.depth, part.breadth, part.fields, part.aliases, part.repeats, part.directives + more, part.names)
