"""What is said of a mailbox, and of what was given to log in to one: English, as in `phrases`."""

from collections.abc import Mapping, Sequence

from appliance.devices.kind import AccountField
from appliance.reasons import Reason

SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.NONE: ("The mailbox is there, and its server answers.", ""),
    Reason.NOT_ANSWERING: (
        "The mail server answers strangely, so Balie waits.",
        "Wait a minute. If it lasts, see balie doctor on the console.",
    ),
    Reason.SERVICE_AWAY: (
        "The mail server does not answer, or Balie has no internet. What waits goes later.",
        "See whether Balie's network reaches the mail server.",
    ),
    Reason.SERVICE_UNTRUSTED: (
        (
            "The mail server's certificate is not trusted or is another server's, or it does not"
            " encrypt as it was told to. Balie says nothing to it, so nothing comes in or leaves"
            " over it."
        ),
        "Give the server's name as the mail host writes it, under Settings, Numbers.",
    ),
    Reason.ACCOUNT_SHUT: (
        "The mail server does not take the mailbox's password any more, or Balie cannot open it.",
        "Give the password to Balie under Settings, Numbers.",
    ),
}

ABOUT = (
    "People write to an address of your own, and you answer them here. Take a mailbox for Balie"
    " alone; what lies in it already is left alone."
)
FIELDS = (
    AccountField(name="address", label="Address of e-mail", sample="utrecht@example.com"),
    AccountField(
        name="secret",
        label="Password",
        hint="Some hosts want an app password here.",
        is_secret=True,
    ),
    AccountField(
        name="imap",
        label="Server for reading (IMAP)",
        hint="Encrypted from the first byte, or write imap:// before it for STARTTLS.",
        sample="imap.example.com",
    ),
    AccountField(
        name="smtp",
        label="Server for sending (SMTP)",
        hint="Encrypted from the first byte, or write smtp:// before it for STARTTLS.",
        sample="smtp.example.com",
    ),
    AccountField(
        name="user",
        label="User name, if it is not the address",
        is_needed=False,
    ),
)

NO_ADDRESS = "Write an address of e-mail, such as anna@example.com."
NO_PLACE = {
    "imap": "Give it as imaps://mail.example.com, or imap:// for STARTTLS.",
    "smtp": "Give it as smtps://mail.example.com, or smtp:// for STARTTLS.",
}
NOT_LET_IN = {
    "imap": "The server for reading does not take this user and password.",
    "smtp": "The server for sending does not take this user and password.",
}
UNTRUSTED = {
    "imap": "The certificate of the server for reading is not trusted, or is of another name."
    " Write its name as the mail host gives it.",
    "smtp": "The certificate of the server for sending is not trusted, or is of another name."
    " Write its name as the mail host gives it.",
}
NO_STARTTLS = {
    "imap": "The server for reading offers no STARTTLS, so Balie tells it nothing. Write imaps://"
    " before it. In your own network alone it may be imap+insecure://, which encrypts nothing.",
    "smtp": "The server for sending offers no STARTTLS, so Balie tells it nothing. Write smtps://"
    " before it. In your own network alone it may be smtp+insecure://, which encrypts nothing.",
}
OUTSIDE = {
    "imap": "Without encryption the server for reading must stand in your own network. Write imaps://"
    " before it, or imap:// for STARTTLS.",
    "smtp": "Without encryption the server for sending must stand in your own network. Write smtps://"
    " before it, or smtp:// for STARTTLS.",
}
AWAY = {
    "imap": "The server for reading does not answer now; the mailbox begins when it does.",
    "smtp": "The server for sending does not answer now; answers wait until it does.",
}
OF_ACCOUNTS: Sequence[str] = (
    NO_ADDRESS,
    *(
        each
        for table in (NO_PLACE, NOT_LET_IN, UNTRUSTED, NO_STARTTLS, OUTSIDE, AWAY)
        for each in table.values()
    ),
)
