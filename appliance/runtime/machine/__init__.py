"""What the kernel of this machine says of its power, heat, disk and USB ports.

All of it is read below a root that a test may give. What is not there is not told.
"""
