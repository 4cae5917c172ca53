"""What the queue did and would do: simulated weeks, reports of lines, pictures of both."""
