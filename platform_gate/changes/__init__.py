"""What a change does: a base run and a head run to transitions, relaxations and previews.

May use `judging` and what is below.
"""

__all__ = [
    "comparison",
    "policy_impact",
    "pull_request",
    "relaxations",
    "waiver_log",
]
