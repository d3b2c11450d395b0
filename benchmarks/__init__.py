"""How fast the gate is beside its peers, what it costs to judge more, and where its time goes: `make bench`.

Needs the standard library only. ``fleets``, ``figures`` and ``table`` compute; the others start programs.
"""
