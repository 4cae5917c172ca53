"""A newer version: where it is, whether it may be installed, and handing it to the keeper.

Installing is root's. The web process may lay down the path of a package in a file; root copies
what is there into a folder of its own, and checks and installs the copy.
"""
