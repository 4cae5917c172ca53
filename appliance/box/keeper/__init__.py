"""Takes a new version on trial, and goes back: the part of an update that must work in any case.

It imports Python's own modules and itself alone. A copy of this folder is laid beside the package
before anything is installed, and that copy does the work: however broken a new version is, the way
back is code of the version before (`updates/handing_over.py`).

 idle → waiting → holding → installing → (restarting →) trying → committing → idle: it stays
                     │           └───────────┴────────────┴──→ going-back → idle: the one before
                     └→ idle: nothing was installed

Where each step stands is on the disk before it begins (`state.py`). Every step may be done again,
so whatever ends this process or the machine, the next start knows what to do (`rules.py`).
"""
