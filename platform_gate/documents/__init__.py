"""Bytes to data: strict YAML that remembers where every value stands, and data against a JSON Schema.

May import the ground floor only. Opens no file but the schemas and policies that travel with the package.
"""

__all__ = [
    "document",
    "errors",
    "scalars",
    "schema",
    "shipped",
    "strict_json",
    "yaml_writer",
]
