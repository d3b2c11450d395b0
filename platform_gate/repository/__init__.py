"""Where files come from: a work tree or a commit, git, and the configuration at the root.

All reading of manifests and of git happens here. May import `documents` and the floors below it.
"""

__all__ = [
    "blob_cache",
    "checkout",
    "commit_tree",
    "commits",
    "config",
    "evidence",
    "git",
    "manifest_names",
    "opening",
    "plain_files",
    "refs",
    "rule_files",
    "submodules",
    "unselected",
    "work_tree",
]
