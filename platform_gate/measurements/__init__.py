"""The snapshot of measured numbers: its file format, and how it meets the manifests."""
