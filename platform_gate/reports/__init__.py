"""An outcome as data and back, and every format made of it.

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
]
