"""The shell: one module per command. Only this package prints, asks the date, reads the environment and exits."""

__all__ = ["main"]
