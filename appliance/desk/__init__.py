"""The counter's work, in rooms on three shelves: each knows its own shelf and those to its left.

Left: access, consent, outgoing. Middle: inbox, contacts, lines, team, notices. Right: intake.
"""
