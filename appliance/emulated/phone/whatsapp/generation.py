"""Two generations of WhatsApp's screens: other ids, other containers, other clocks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    name: str
    version_name: str
    version_code: int
    home_activity: str
    #: The button in the chat's toolbar that goes back.
    toolbar_home: str
    #: The id of a message's row; the older generation gives it none.
    message_row: str
    chats_list: str
    chats_row: str
    chats_row_content: str
    #: The older generation writes the unread count as text, the recent one only as description.
    unread_as_text: bool
    narrow_space: str
    lower_case_noon: bool
    bottom_tabs: bool
    #: A name in the picker "Send to…".
    picker_name: str
    #: The button that sends a file from its preview.
    preview_send: str
    #: A message longer than this is cut with a "Read more" link.
    read_more_at: int = 768

    def clock_time(self, moment: datetime, language: str) -> str:
        if language != "en":
            return f"{moment:%H:%M}"
        noon = "AM" if moment.hour < 12 else "PM"
        half = noon.lower() if self.lower_case_noon else noon
        return f"{moment.hour % 12 or 12}:{moment:%M}{self.narrow_space}{half}"


RECENT = Generation(
    name="recent",
    version_name="2.25.23.12",
    version_code=252312345,
    home_activity="com.whatsapp.home.ui.HomeActivity",
    toolbar_home="whatsapp_toolbar_home",
    message_row="conversation_row_text",
    chats_list="RecyclerView",
    chats_row="LinearLayout",
    chats_row_content="conversations_row_content",
    unread_as_text=False,
    narrow_space="\u202f",
    lower_case_noon=False,
    bottom_tabs=True,
    picker_name="chat_able_contacts_row_name",
    preview_send="send",
)

OLDER = Generation(
    name="older",
    version_name="2.23.20.76",
    version_code=232076004,
    home_activity="com.whatsapp.HomeActivity",
    toolbar_home="back",
    message_row="",
    chats_list="ListView",
    chats_row="RelativeLayout",
    chats_row_content="row_content",
    unread_as_text=True,
    narrow_space=" ",
    lower_case_noon=True,
    bottom_tabs=False,
    picker_name="contactpicker_row_name",
    preview_send="send_media_btn",
)

GENERATIONS = {generation.name: generation for generation in (RECENT, OLDER)}
