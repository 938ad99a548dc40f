"""The GraphQL API over the feed and the database."""
