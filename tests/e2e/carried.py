"""What a page's visit brought over the network."""

CARRIED = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].reduce((sum, each) => sum + each.transferSize, 0)"""
"""A function of the page: bytes, compressed, with their headers."""
