"""The shell: the one floor that prints, asks the date, reads the environment and exits. One file per command."""
