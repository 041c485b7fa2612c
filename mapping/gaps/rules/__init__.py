"""The rules, by subject. `mapping.gaps.types` holds the one list of types."""
