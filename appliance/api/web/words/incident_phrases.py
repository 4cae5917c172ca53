"""What is wrong and what a person should do: English, as in `phrases`.

By the code in an incident's facts, which stands where the reason of a device does not say it.
"""

from collections.abc import Mapping

from appliance.api.web.words.box_alarms import ALARMS
from appliance.store.incidents import IncidentKind

BY_CODE: Mapping[str, tuple[str, str]] = {
    "broker-away": (
        "The servers of the broker cannot be used, so nothing comes from the boxes.",
        "See whether more than half of them run and have room on their disks. Boxes keep it all.",
    ),
    "broker-lost": (
        "The stream of the broker lost something that the office had not read.",
        "Ask who emptied it. Boxes have told it again from their own logs; other readers miss it.",
    ),
    "battery-ill": (
        "The phone says that its battery is bad. It may swell.",
        (
            "Look at the phone today: if its back or screen bulges, take it off the cable and"
            " outside. Replace the battery or the phone."
        ),
    ),
    "battery-worn": (
        "The battery keeps only {percent}% of what it held when it was new.",
        "Plan a new battery or another phone, and look whether its back bulges.",
    ),
    "battery-cycles": (
        "The battery was charged {cycles} times, so it is worn.",
        "Plan a new battery or another phone, and look whether its back bulges.",
    ),
    "battery-wears": (
        "The battery lost {percent}% of what it holds within three months.",
        "Look whether its back bulges, and give the phone a cooler place.",
    ),
    "battery-empty": (
        "The battery is almost empty ({percent}%) and is not being charged.",
        "Try another cable and another port, or a hub with its own power supply.",
    ),
    "battery-low": (
        "The battery did not get above {percent}% for days: it uses more than it gets.",
        "Try another cable and another port, or a hub with its own power supply.",
    ),
    "phone-full": (
        "The phone has {free_mb} MB of room left. WhatsApp stops when it is full.",
        "Delete pictures and videos on the phone, or apps that nobody uses.",
    ),
    "no-service": (
        "The phone has no mobile network, so no SMS leaves.",
        "See whether flight mode is on, and whether other phones have a network there.",
    ),
    "phone-clock-off": (
        "The clock of the phone is wrong.",
        "Switch on automatic date and time in the phone's settings.",
    ),
    "ends-soon": (
        "The version of WhatsApp on the phone may stop working around {ends}.",
        "Update WhatsApp on the phone, in the Play Store.",
    ),
    "archived-news": (
        "Something came in an archived chat of WhatsApp, and Balie does not know whose chat it is.",
        "Take the phone and read the chats in WhatsApp's archive.",
    ),
    "profile-name": (
        "The WhatsApp name of this number was changed.",
        "Ask who changed it, and put it back on the phone, or say that it is right.",
    ),
    "profile-picture": (
        "The WhatsApp picture of this number was changed.",
        "Ask who changed it, and put it back on the phone, or say that it is right.",
    ),
    "profile-both": (
        "The WhatsApp name and picture of this number were changed.",
        "Ask who changed them, and put them back on the phone, or say that they are right.",
    ),
    "needs-person": (
        "The phone cannot be read, and all that Balie can try from here did not help.",
        (
            "Go to the phone: restart it and unlock it. Try another cable and port if that does not"
            " help."
        ),
    ),
    "undervoltage": (
        (
            "Balie's computer gets too little voltage. Phones may drop out and the disk may be"
            " damaged."
        ),
        "Use the maker's own power supply, and a hub with its own power for the phones.",
    ),
    "machine-hot": (
        "Balie's computer is {celsius} °C hot and slows down.",
        "Give it air, or a case with a fan, and take it away from phones and heaters.",
    ),
    "disk-errors": (
        "The disk of Balie reports errors. It may fail soon.",
        "Make a backup now, and put Balie on a new card or disk.",
    ),
    "disk-low": (
        "The disk of Balie is almost full.",
        "Make room on it, or put in a larger one; when it is full, nothing is sent or received.",
    ),
    "version-came-back": (
        "Version {version} of Balie was tried and was not well, so the one before came back.",
        "Look under Settings, Updates, why. Balie runs as before, with its data as before.",
    ),
    "copy-box": (
        "For two days no copy of the database was made.",
        "See Settings, Copies, what keeps it. Mostly the disk is full.",
    ),
    "copy-stick": (
        "For two days no copy came to the stick BALIE-BACKUP.",
        "Plug the stick in, or see Settings, Copies, what is wrong with it.",
    ),
    "copy-sftp": (
        "For two days no copy came to the server that keeps copies.",
        "See Settings, Copies, what it says, and ask whoever looks after the server.",
    ),
    "card-unreadable": (
        "What {about} on the card says of this box cannot be read.",
        "Write it anew and start the box again, or set everything here.",
    ),
    "card-unknown-key": (
        "The settings of the card say “{about}”, which Balie does not know. The rest was taken.",
        "Put a balie.toml without it on the card and start the box again.",
    ),
    "card-wrong-value": (
        "What the settings of the card say under “{about}” cannot be. The rest was taken.",
        "Put a balie.toml with a right value on the card and start the box again.",
    ),
    "card-not-grown": (
        "The card's data did not grow to the whole card, so it will soon be full.",
        "Start the box again. If this stays, flash another card and put a copy back.",
    ),
    "card-data-missing": (
        "The card's data cannot be read. What you see is an empty Balie, and nothing is kept.",
        "Change nothing here. Start the box again; if this stays, put a copy on another card.",
    ),
    "slot-state-lost": (
        "Which version was to start could not be read on the card. The box started one that works.",
        "Look under Settings which version runs. The card may fail soon: make a backup now.",
    ),
    "slot-not-loaded": (
        "The version that was to start is damaged on the card, so the other one runs.",
        "Install the version again. The card may fail soon: make a backup now.",
    ),
    "box-name-taken": (
        "Another machine here has the name of this box, so it is called “{about}” now.",
        "Use the new name, or give the other machine another one and flash this card again.",
    ),
    "usb-over-current": (
        "A USB port was switched off because too much current went through it.",
        "Use a hub with its own power supply; pull out what was plugged in last.",
    ),
    "usb-power": (
        "Something on USB gets too little power or bandwidth to work.",
        "Use a hub with its own power supply, or spread the devices over other ports.",
    ),
    "usb-bandwidth": (
        "USB has too little bandwidth for all that is plugged in.",
        "Spread the devices over other ports or hubs.",
    ),
    "usb-broken": (
        "Something on USB does not answer the computer.",
        "Pull its cable out and plug it in again; try another cable.",
    ),
    **{f"box-{code}": said for code, said in ALARMS.items()},
    "box-update": (
        "The update of the boxes stands still: {box} is not well with it.",
        "Head office's page of the update says why. Decide there whether it goes on.",
    ),
}

BY_KIND: Mapping[IncidentKind, tuple[str, str]] = {
    IncidentKind.BANNED: (
        "WhatsApp has banned this number. Nothing is sent from it.",
        (
            "Take the phone, open WhatsApp and read what it says. Start the number again when it is"
            " solved."
        ),
    ),
    IncidentKind.RESTRICTED: (
        "WhatsApp warns this number. Nothing is sent from it, because the next step is a ban.",
        (
            "Take the phone, open WhatsApp and read what it says. Start the number again when it is"
            " solved."
        ),
    ),
    IncidentKind.LOGGED_OUT: (
        "WhatsApp is logged out on this phone. Nothing is sent from this number.",
        "Take the phone and register WhatsApp with this number again. Then start the number again.",
    ),
    IncidentKind.UPDATE_REQUIRED: (
        "The version of WhatsApp on the phone is too old. Nothing is sent from this number.",
        "Update WhatsApp on the phone, in the Play Store. Then start the number again.",
    ),
    IncidentKind.PROFILE_CHANGED: (
        "The WhatsApp name or picture of this number was changed.",
        "Ask who changed it, and put it back on the phone.",
    ),
    IncidentKind.UNKNOWN_SCREEN: (
        "The phone shows something that Balie does not know. Nothing is tapped there.",
        "Look at the phone and put away what it shows.",
    ),
    IncidentKind.GROUP_STOP: (
        "Somebody in a WhatsApp group of this number wants no more messages.",
        "Take them out of the group; nothing can be sent to it before.",
    ),
    IncidentKind.TOKEN_ENDS: (
        "The token of a program ends within two weeks. After that the program is refused.",
        "Make a new one under Settings, Programs, and give it to the program.",
    ),
    IncidentKind.COPY_LATE: (
        "For two days no copy came to one of its places.",
        "See Settings, Copies, what is wrong there.",
    ),
    IncidentKind.COPY_DRILL: (
        "The newest copy could not be opened and checked, so it may be of no use.",
        "Make a new one under Settings, Copies, and check that. If it fails, replace the disk.",
    ),
    IncidentKind.OWN_MAIL: (
        "Balie cannot send its e-mail. Nobody is told by mail who waits or what is wrong.",
        "Send a test under Settings, Notifications: what it says is what to change in [mail].",
    ),
    IncidentKind.SUGGESTIONS: (
        "The language model gives no suggestions. Everything else goes on.",
        "Look at its server; its address and model stand in the config file, [suggestions].",
    ),
    IncidentKind.HOUSE_KEY: (
        "A key of this house that was used before is not here.",
        (
            "Put it back: balie key add FILE. Without it people who were erased and had said STOP"
            " are not known again. If it is lost for good: balie key forget."
        ),
    ),
    IncidentKind.WEBHOOK_OFF: (
        "A webhook was switched off: nothing that was posted there arrived.",
        "Look under Settings, Webhooks, why; then switch it on again there.",
    ),
    IncidentKind.ARCHIVE_FOLDER: (
        "The folder for the archives of each quarter is not there, so none is made.",
        "Plug the stick in again, or name another folder under Privacy, Archive.",
    ),
    IncidentKind.IMPORT_FOLDER: (
        "A folder for files of people is not there or cannot be written, so none is taken in.",
        "Connect it again and give Balie's user the right to write there; see People, Imports.",
    ),
}
"""Where neither a reason nor a code says more."""

NAMES: Mapping[IncidentKind, str] = {
    IncidentKind.AWAY: "Not connected",
    IncidentKind.UNREADABLE: "Could not be read",
    IncidentKind.HOT: "Too hot",
    IncidentKind.BATTERY: "Battery",
    IncidentKind.STORAGE: "Storage full",
    IncidentKind.NO_SIM: "No SIM card",
    IncidentKind.OTHER_SIM: "Other SIM card",
    IncidentKind.NO_NETWORK: "No network",
    IncidentKind.LOGGED_OUT: "Logged out of WhatsApp",
    IncidentKind.BANNED: "Banned by WhatsApp",
    IncidentKind.RESTRICTED: "Warned by WhatsApp",
    IncidentKind.UPDATE_REQUIRED: "Old WhatsApp",
    IncidentKind.CLOCK: "Wrong clock",
    IncidentKind.PROFILE_CHANGED: "Name or picture changed",
    IncidentKind.UNKNOWN_SCREEN: "Unknown screen",
    IncidentKind.GROUP_STOP: "Stop in a group",
    IncidentKind.UNDERVOLTAGE: "Too little voltage",
    IncidentKind.DISK: "Disk",
    IncidentKind.USB: "USB",
    IncidentKind.BOX: "Card of the box",
    IncidentKind.ARCHIVE_FOLDER: "Folder for archives",
    IncidentKind.IMPORT_FOLDER: "Folder for imports",
    IncidentKind.MODEM_SILENT: "Modem silent",
    IncidentKind.NO_CREDIT: "No credit",
    IncidentKind.TOKEN_ENDS: "Token ends",
    IncidentKind.HOUSE_KEY: "Key of the house",
    IncidentKind.WEBHOOK_OFF: "Webhook off",
    IncidentKind.READ_ELSEWHERE: "Read by another program",
    IncidentKind.COPY_LATE: "Copy missing",
    IncidentKind.COPY_DRILL: "Copy cannot be read",
    IncidentKind.OWN_MAIL: "E-mail of Balie",
    IncidentKind.SUGGESTIONS: "Language model",
    IncidentKind.VERSION_BACK: "Version came back",
    IncidentKind.BOX_ALARM: "A box",
    IncidentKind.BROKER: "Broker",
}
"""Short, for a list of what was wrong before."""
