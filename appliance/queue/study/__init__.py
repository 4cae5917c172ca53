"""What the queue did and would do: simulated weeks, reports on lines, and pictures of both."""
