"""Trusted documents: known by their sha256, sent by it alone, and as large as whoever runs the service lets them be.

A file of them is one JSON object, sha256 (hex) to document, as the common tools write and read it. See
docs/trusted-documents.md.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, parse, validate

from gql.errors import ApiError

DIGEST = re.compile(r"[0-9a-f]{64}")
PREFIX = "sha256:"
# Each is read again at every start, and kept.
FILE_BYTES_MAX = 20_000_000


class BadDocumentsError(Exception):
    """The file is none of trusted documents; says why in one line."""


def digest(document: str) -> str:
    """The sha256 of the text, in hex: what it is asked for by."""
    return hashlib.sha256(document.encode()).hexdigest()


class Documents:
    """Those that are trusted, by digest. `only_trusted`: nothing else is executed."""

    def __init__(self, by_digest: Mapping[str, str] | None = None, *, only_trusted: bool = False) -> None:
        self._by_digest = dict(by_digest or {})
        self._texts = frozenset(self._by_digest.values())
        self.only_trusted = only_trusted

    def trusts(self, query: str) -> bool:
        return query in self._texts

    def text_of(self, request: dict[str, Any]) -> str | None:
        """The document that a request of a checked shape asks for; None: by its own `query`. Raises ApiError."""
        named = _named(request)
        if named is None:
            return None
        sent = request.get("query")
        if sent is not None:
            if digest(sent) != named:
                raise _differs()
            return str(sent)
        known = self._by_digest.get(named)
        if known is None:
            raise _not_found()
        return known

    def not_trusted(self) -> ApiError:
        return ApiError(
            "DOCUMENT_NOT_TRUSTED",
            "ระบบนี้รับเฉพาะเอกสารที่ลงทะเบียนไว้ ขอให้ผู้ดูแลระบบลงทะเบียน",
            "Only documents that were registered are answered here. Ask the operator to register yours",
        )


def _named(request: Mapping[str, Any]) -> str | None:
    """By `documentId` (GraphQL over HTTP), or by Apollo's `extensions.persistedQuery.sha256Hash`."""
    if (named := request.get("documentId")) is not None:
        return str(named).removeprefix(PREFIX)
    persisted = (request.get("extensions") or {}).get("persistedQuery")
    return str(persisted["sha256Hash"]) if isinstance(persisted, dict) and persisted.get("sha256Hash") else None


def _not_found() -> ApiError:
    """In the words that Apollo's clients know: they send the document itself then."""
    return ApiError("PERSISTED_QUERY_NOT_FOUND", "ไม่มีเอกสารนี้", "PersistedQueryNotFound", "documentId")


def _differs() -> ApiError:
    return ApiError(
        "BAD_USER_INPUT",
        "documentId: ไม่ใช่ sha256 ของ query ที่ส่งมาด้วย",
        "documentId: is not the sha256 of the query that came with it",
        "documentId",
    )


def read(path: Path) -> dict[str, str]:
    """Raises BadDocumentsError."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise BadDocumentsError(f"{path}: larger than {FILE_BYTES_MAX:,} bytes")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadDocumentsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise BadDocumentsError(f"{path}: not valid JSON in UTF-8") from error
    if not isinstance(found, dict):
        raise BadDocumentsError(f"{path}: must be one object, sha256 to document")
    for named, document in found.items():
        if not isinstance(document, str) or digest(document) != named.removeprefix(PREFIX):
            raise BadDocumentsError(f"{path}: {named[:80]} is not the sha256 of its document")
    return {named.removeprefix(PREFIX): document for named, document in found.items()}


def check(documents: Iterable[tuple[str, str]], schema: GraphQLSchema) -> list[str]:
    """One line for each fault of documents, given as (where, text)."""
    faults = []
    for where, text in documents:
        try:
            errors: list[GraphQLError] = validate(schema, parse(text))
        except GraphQLError as error:
            errors = [error]
        faults += [f"{where}: {error.message}" for error in errors]
    return faults
