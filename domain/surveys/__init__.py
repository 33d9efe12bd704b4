"""Surveys: questions by version, when members are asked, what they answer, and what that says in sum."""
