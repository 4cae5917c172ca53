"""The counter's work, in rooms on three shelves: each knows those to its left.

Left: access, consent, outgoing. Middle: inbox, contacts, lines, team. Right: intake.
"""
