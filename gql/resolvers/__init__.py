"""Queries, mutations, subscriptions: thin, they call what is below."""

from gql.resolvers import audit, elections, ledger, people, results, review, submissions, tallies

__all__ = ["audit", "elections", "ledger", "people", "results", "review", "submissions", "tallies"]
