"""Judge every manifest of a tree: interpret, evaluate, waive, add up, decide.

Pure but for the tree that it reads through. May use `policy`, `subsystems`, `repository` and what is below.
"""

__all__ = [
    "causes",
    "judgement",
    "manifest",
    "notices",
    "policy_tests",
    "problems",
    "remedy",
    "request",
    "result",
    "ruleset",
    "runner",
    "shards",
    "snapshots",
    "strangers",
    "tallies",
    "totals",
    "verdict",
    "waiver_file",
    "waivers",
]
