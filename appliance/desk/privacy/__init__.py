"""The room of who guards privacy: what is kept, why, who saw it, and how it goes."""
