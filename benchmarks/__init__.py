"""Benchmarks: the gate's speed compared with its peers, how cost grows, where the time goes. Run by `make bench`.

They need the standard library only. ``fleets``, ``figures`` and ``table`` compute; the others start programs.
"""
