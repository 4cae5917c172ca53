"""What is kept in memory of what people wrote and are called, so that it can be forgotten."""

from appliance import phone_numbers
from appliance.api.web import row_drawing
from appliance.desk.search import folding
from appliance.queue.stored_history import Histories


def forget(histories: Histories) -> None:
    """Rows as they were drawn, words as they were folded, numbers as they were read, and whom each
    SIM has written to.
    """
    histories.forget()
    row_drawing.forget_drawn()
    folding.words_of.cache_clear()
    phone_numbers.readable.cache_clear()
    phone_numbers.forget_parsed()
