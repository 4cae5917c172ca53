"""The pages: HTML that the server renders, htmx that fetches parts of it, events that say when."""
