"""Who is who: cards, names, numbers, two contacts that are one person."""
