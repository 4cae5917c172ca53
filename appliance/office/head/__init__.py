"""The office: what the boxes told, what is asked of them, who may see it."""
