"""The documents that the pages of tallywire itself send: always among the trusted ones."""

import json
from functools import cache

from gql.trusted import digest
from tallywire.packaged import web


@cache
def own_documents() -> dict[str, str]:
    """By digest; none without a build of the pages."""
    path = web() / "documents.json"
    texts: list[str] = json.loads(path.read_text()) if path.is_file() else []
    return {digest(text): text for text in texts}
