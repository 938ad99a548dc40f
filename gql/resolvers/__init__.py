"""Queries, mutations, subscriptions: thin, they call what is below."""

from gql.resolvers import elections, people, results, submissions, tallies

__all__ = ["elections", "people", "results", "submissions", "tallies"]
