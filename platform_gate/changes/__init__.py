"""Changes: compare a base run with a head run, giving transitions, relaxations and previews.

May use `judging` and what is below.
"""

__all__ = [
    "comparison",
    "fleets",
    "policy_impact",
    "previews",
    "pull_request",
    "relaxations",
    "revisions",
    "touching",
    "waiver_log",
]
