"""What people print and keep: PDF documents in the languages that workers write."""
