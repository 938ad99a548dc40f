"""The documents that tallywire's own pages and its Python client send: always among the trusted ones."""

import json
import re
from functools import cache
from inspect import cleandoc
from pathlib import Path

from gql.trusted import digest
from tallywire.packaged import web

OPERATIONS = Path(__file__).parent / "client" / "generated" / "operations.py"


@cache
def own_documents() -> dict[str, str]:
    """By digest; those of the pages only after a build."""
    path = web() / "documents.json"
    texts: list[str] = json.loads(path.read_text()) if path.is_file() else []
    return {digest(text): text for text in [*texts, *client_documents().values()]}


def client_documents() -> dict[str, str]:
    """By name, as tallywire.client sends them; read from its code, which a server need not import."""
    found = (cleandoc(text) for text in re.findall(r'gql\("""(.*?)"""\)', OPERATIONS.read_text(), re.DOTALL))
    return {text.split("(")[0].split("{")[0].split()[1]: text for text in found}
