"""Registers domain enums with the schema; annotate fields with the domain's own class, its docstrings describe it."""

from __future__ import annotations

import strawberry

from partners.viewer import Audience

strawberry.enum(Audience)
