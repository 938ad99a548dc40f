"""Queries, mutations, subscriptions: thin, they call what is below."""

from gql.resolvers import audit, cuts, differences, elections, ledger, people, results, review, submissions, tallies

__all__ = [
    "audit",
    "cuts",
    "differences",
    "elections",
    "ledger",
    "people",
    "results",
    "review",
    "submissions",
    "tallies",
]
