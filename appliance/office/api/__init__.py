"""The office's JSON API: that of a box, over the replicas of all boxes, with the boxes' ids."""
