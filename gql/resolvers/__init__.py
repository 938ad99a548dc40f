"""Queries, mutations, subscriptions: thin, they call what is below."""

from gql.resolvers import audit, elections, people, results, review, submissions, tallies

__all__ = ["audit", "elections", "people", "results", "review", "submissions", "tallies"]
