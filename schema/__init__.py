"""The public contract: GraphQL shapes over domain objects, scalars, inputs, permissions and limits."""
