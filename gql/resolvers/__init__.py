"""Queries, mutations, subscriptions: thin, they call what is below."""

from gql.resolvers import audit, differences, elections, ledger, people, results, review, submissions, tallies

__all__ = ["audit", "differences", "elections", "ledger", "people", "results", "review", "submissions", "tallies"]
