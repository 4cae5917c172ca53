"""Who is who: cards, names, numbers, and two contacts that turn out to be one person."""
