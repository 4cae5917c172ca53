"""A line as a card for an address book, to hand out."""

from appliance.desk.contacts.card_files import escaped, folded
from appliance.desk.website.facts import LineFacts


def vcard(facts: LineFacts) -> str:
    """VCard 3.0 (RFC 2426): of an organisation, so it has its name in `ORG` and `FN`."""
    name = escaped(facts.branch.name)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{facts.line.id}", f"FN:{name}", f"N:{name};;;;"]
    lines += [f"ORG:{name}", f"TEL;TYPE=WORK,CELL:{facts.line.number}"]
    lines += [
        f"URL:{link}"
        for each in facts.channels
        if (link := each.link_to(facts.line.number, "")) and link.startswith("https:")
    ]
    lines += ["X-ABSHOWAS:COMPANY", "END:VCARD"]
    return "".join(f"{folded(each)}\r\n" for each in lines)
