"""The public contract: GraphQL shapes over domain objects, scalars, inputs, permissions and limits."""

import schema.enums  # noqa: F401 -- registers them before any type names one
