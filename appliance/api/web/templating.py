"""Templates, and the names that each of them may use."""

import functools
from pathlib import Path

from jinja2 import Environment, StrictUndefined, select_autoescape

from appliance.api.web import avatars, formatting
from appliance.api.web.assets import asset, icon, tick
from appliance.api.web.joined_templates import JoinedTemplates
from appliance.api.web.style_sheets import style_sheet
from appliance.api.web.words import (
    adoption_sentences,
    archive_sentences,
    audit_sentences,
    automatic_sentences,
    branch_sentences,
    bubble_sentences,
    care_sentences,
    case_sentences,
    chosen_sentences,
    consent_sentences,
    contact_sentences,
    device_phrases,
    device_sentences,
    dossier_sentences,
    emergency_sentences,
    enrolment_sentences,
    erasure_sentences,
    group_sentences,
    house_sentences,
    import_sentences,
    incident_sentences,
    label_sentences,
    list_sentences,
    media_sentences,
    missing_sentences,
    people_sentences,
    phrases,
    privacy_sentences,
    proof_sentences,
    report_sentences,
    retention_sentences,
    round_sentences,
    row_sentences,
    search_sentences,
    staff_sentences,
    website_sentences,
    writing_sentences,
)
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.characters import is_blank
from appliance.desk.access.rights import Permission
from appliance.desk.lines import setting_fields
from appliance.devices.kind import Kind
from appliance.phone_numbers import readable

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def environment() -> Environment:
    env = Environment(
        loader=JoinedTemplates(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        phrases=phrases,
        device_phrases=device_phrases,
        kind_of=Kind.named,
        branch_sentences=branch_sentences,
        bubble_sentences=bubble_sentences,
        care_sentences=care_sentences,
        case_sentences=case_sentences,
        chosen_sentences=chosen_sentences,
        consent_sentences=consent_sentences,
        contact_sentences=contact_sentences,
        device_sentences=device_sentences,
        media_sentences=media_sentences,
        missing_sentences=missing_sentences,
        people_sentences=people_sentences,
        privacy_sentences=privacy_sentences,
        dossier_sentences=dossier_sentences,
        archive_sentences=archive_sentences,
        adoption_sentences=adoption_sentences,
        audit_sentences=audit_sentences,
        automatic_sentences=automatic_sentences,
        emergency_sentences=emergency_sentences,
        enrolment_sentences=enrolment_sentences,
        erasure_sentences=erasure_sentences,
        incident_sentences=incident_sentences,
        group_sentences=group_sentences,
        house_sentences=house_sentences,
        label_sentences=label_sentences,
        list_sentences=list_sentences,
        import_sentences=import_sentences,
        proof_sentences=proof_sentences,
        report_sentences=report_sentences,
        retention_sentences=retention_sentences,
        round_sentences=round_sentences,
        row_sentences=row_sentences,
        avatars=avatars,
        Permission=Permission,
        search_sentences=search_sentences,
        staff_sentences=staff_sentences,
        setting_fields=setting_fields.FIELDS,
        website_sentences=website_sentences,
        writing_sentences=writing_sentences,
        icon=icon,
        tick=tick,
        asset=asset,
        style_sheet=style_sheet,
    )
    env.filters["readable"] = readable
    env.filters["formatted"] = formatting.drawn
    env.tests["emoji"] = formatting.is_emoji
    env.tests["writable"] = Channel.any_writes_to
    env.tests["blank"] = is_blank
    return env


def render(template: str, words: Words, **context: object) -> str:
    page = environment().get_template(template)
    return page.render(words=words, _=words.text, plural=words.plural, **context)
