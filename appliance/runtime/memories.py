"""What is kept in memory of what people wrote and are called, so that it can be forgotten."""

from appliance import phone_numbers
from appliance.api.web import row_drawing
from appliance.desk.search import folding


def forget() -> None:
    """Rows as they were drawn, words as they were folded, numbers as they were read."""
    row_drawing.forget_drawn()
    folding.words_of.cache_clear()
    phone_numbers.readable.cache_clear()
    phone_numbers.forget_parsed()
