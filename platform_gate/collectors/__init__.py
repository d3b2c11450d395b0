"""From other systems to a snapshot: each collector is a module, a line in `COLLECTORS`, and a section of the schema.

A collector turns its settings into values. It may use `measurements` and `documents`, and nothing of the judge uses it:
`check` never imports this package. Only `transport` and `engines` open connections, only `files` opens files.
"""
