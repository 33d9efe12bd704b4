"""The rules of the coalition and their SQL: no web, no GraphQL, no clock."""
