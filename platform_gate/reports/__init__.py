"""Outcomes as data and back, and every output format.

`formats/` holds one module per format, `page/` the HTML page. May use `changes`, `judging` and what is below.
"""

__all__ = [
    "explanation",
    "formats",
    "history",
    "junit_xml",
    "markdown_text",
    "merging",
    "outcome",
    "reading",
    "report",
    "rule_list",
]
