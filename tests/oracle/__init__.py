"""A second opinion on platform-gate, written apart from the product: nothing here imports it."""
