"""Manifests and policies that try to get past the gate, and legal ones that only look as if they did."""
