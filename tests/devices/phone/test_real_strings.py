"""Words that apps and Android themselves say, in a table for each parser that reads them.

The values are those of the apps' own resources and code, of real dumps, or of public projects; with
names, numbers and counts filled in. Dialogs and pages that stop a line have tables of their own in
`test_dialogs` and `test_stops`.
"""

import pytest

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.sms.question import SmsQuestion, question_on
from appliance.devices.phone.whatsapp import phrases
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning, dialog_kind
from appliance.devices.phone.whatsapp.groups import group_words
from appliance.devices.phone.whatsapp.media import told_medium
from appliance.devices.phone.whatsapp.message_words import (
    DELETED_BY_OWNER,
    MISSED_CALL,
    form_of,
    is_system_row,
    without_count,
)
from appliance.devices.phone.whatsapp.phrases import tick_of
from appliance.devices.phone.whatsapp.rows import unread_count
from appliance.devices.protocol import TextForm, Tick
from appliance.media.kinds import MediaKind
from appliance.screen_rules import ScreenButton
from tests.devices.phone.screens import N, xml

# A chat


@pytest.mark.parametrize(
    ("words", "tick"),
    [
        *(("Pending", Tick.PENDING), ("In behandeling", Tick.PENDING)),
        *(("Sent", Tick.SENT), ("Verzonden", Tick.SENT)),
        *(("Delivered", Tick.DELIVERED), ("Afgeleverd", Tick.DELIVERED)),
        *(("Read", Tick.READ), ("Gelezen", Tick.READ), ("Seen", Tick.READ), ("Gezien", Tick.READ)),
        *(("Afgespeeld", Tick.READ), ("Entregue", Tick.DELIVERED)),
    ],
)
def test_a_tick(words: str, tick: Tick) -> None:
    assert tick_of(words) is tick


@pytest.mark.parametrize("words", ["Searching…", "Bezig met zoeken…", "Pesquisando..."])
def test_a_number_that_is_looked_up(words: str) -> None:
    assert phrases.SEARCHING.search(words)


@pytest.mark.parametrize("words", ["Read more", "Meer lezen", "Mehr lesen", "Voir plus"])
def test_a_text_that_is_cut(words: str) -> None:
    assert words in phrases.READ_MORE


@pytest.mark.parametrize(
    "words",
    [
        "Messages and calls are end-to-end encrypted. No one outside of this chat…",
        (
            "Messages and calls are end-to-end encrypted. Only people in this chat can read,"
            " listen to, or share them. Learn more."
        ),
        (
            "Berichten en oproepen worden end-to-end versleuteld. Niemand buiten deze chat kan ze"
            " lezen of beluisteren, zelfs WhatsApp niet."
        ),
    ],
)
def test_the_beginning_of_a_chat(words: str) -> None:
    assert phrases.ENCRYPTED.search(words)


@pytest.mark.parametrize("words", ["Today", "Vandaag"])
def test_the_divider_of_this_day(words: str) -> None:
    assert words.casefold() in phrases.TODAY


@pytest.mark.parametrize("words", ["Add a caption…", "Onderschrift toevoegen…"])
def test_an_empty_caption(words: str) -> None:
    assert words in phrases.CAPTION_HINTS


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("2 unread messages", 2),
        ("1 unread message", 1),
        ("\u200e3 ongelezen berichten", 3),
        ("\u200e1 ongelezen bericht", 1),
    ],
)
def test_unread_messages_are_counted(words: str, count: int) -> None:
    assert unread_count(read_screen(xml(N("TextView", "unread_divider_tv", words)))) == count


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("This message was deleted", TextForm.DELETED),
        ("Dit bericht is verwijderd", TextForm.DELETED),
        ("Waiting for this message. This may take a while.", TextForm.WAITING),
        ("Wachten op dit bericht. Dit kan even duren.", TextForm.WAITING),
    ],
)
def test_a_sentence_in_place_of_a_message(words: str, form: TextForm) -> None:
    assert form_of(words) is form


@pytest.mark.parametrize(
    "words",
    [
        "You deleted this message",
        "U hebt dit bericht verwijderd",
        "Je hebt dit bericht verwijderd",
    ],
)
def test_a_message_that_the_owner_took_back(words: str) -> None:
    assert DELETED_BY_OWNER.search(words)


@pytest.mark.parametrize(
    "words", ["Invite to WhatsApp", "Invite", "Uitnodigen voor WhatsApp", "Uitnodigen"]
)
def test_who_can_be_invited_is_not_there(words: str) -> None:
    assert dialog_kind("…", [words]) is DialogMeaning.NOT_ON_WHATSAPP


# Notifications


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        *(("📷 Afbeelding", MediaKind.IMAGE), ("📷 Photo", MediaKind.IMAGE)),
        *(("🎥 Video (0:12)", MediaKind.VIDEO), ("👾 GIF", MediaKind.VIDEO)),
        *(("🎤 Spraakbericht (0:07)", MediaKind.VOICE), ("🎵 Audio (3:10)", MediaKind.AUDIO)),
        *(("📄 CV.pdf (2 pagina's)", MediaKind.DOCUMENT), ("📄 Document", MediaKind.DOCUMENT)),
        *(("📌 Locatie", MediaKind.LOCATION), ("📌 Live locatie", MediaKind.LOCATION)),
        *(("👤 Contact", MediaKind.CONTACT), ("💟 Sticker", MediaKind.STICKER)),
        *(("① Foto", MediaKind.IMAGE), ("① Video", MediaKind.IMAGE)),
        *(("📊 Wie kan?", None), ("👥 WhatsApp-groepsuitnodiging", None), ("🛒 Product", None)),
        *(("🗓 Vergadering", None), ("📍 Dorpsstraat 1", None)),
    ],
)
def test_the_sign_of_a_medium(words: str, kind: MediaKind | None) -> None:
    told = told_medium(words)
    assert (told.kind if told else None) is kind


@pytest.mark.parametrize(
    "count",
    [
        *("3 messages", "\u200e3 berichten", "3 Nachrichten", "3 wiadomości", "3 mesaje"),
        *("21 de mesaje", "3 съобщения", "3 mesaj", "3 повідомлення", "5 повідомлень"),
        "2 mensagens",
    ],
)
def test_the_count_behind_a_name(count: str) -> None:
    assert without_count(f"Anna ({count})".replace("\u200e", "")) == "Anna"


@pytest.mark.parametrize(
    "words",
    [
        *("Gemiste spraakoproep", "Gemiste video-oproep", "Gemiste oproep van Anna"),
        *("2 spraakoproepen gemist", "Missed voice call"),
    ],
)
def test_a_missed_call(words: str) -> None:
    assert MISSED_CALL.search(words)


# Groups


@pytest.mark.parametrize(
    "words",
    [
        *("Anna added Bea", "Anna added you", "You added Bea", "Bea was added"),
        *("Anna heeft Bea toegevoegd", "Anna heeft u toegevoegd", "U hebt Bea toegevoegd"),
        *("Bea is toegevoegd", "Anna removed Bea", "Bea was removed", "Anna left"),
        *("Anna heeft Bea verwijderd", "Bea is verwijderd", "Anna heeft de groep verlaten"),
        "Anna joined using this group's invite link",
        "Anna is deelnemer geworden via de uitnodigingslink van deze groep",
        *('Anna created group "Loods"', "Anna heeft de groep 'Loods' aangemaakt"),
        "U hebt de groep 'Loods' gemaakt.",
        'Anna changed the subject to "Loods"',
        'Anna changed the group name from "A" to "B"',
        "Anna heeft het onderwerp gewijzigd naar 'Loods'",
        "Anna heeft het onderwerp gewijzigd van 'A' naar 'B'",
        *("Anna changed this group's icon", "Anna changed the group description"),
        "Anna heeft de groepsafbeelding gewijzigd",
        "Anna heeft de groepsomschrijving gewijzigd",
        ("… gewijzigd, waardoor alleen beheerders berichten kunnen verzenden naar deze groep"),
        "… gewijzigd, waardoor alleen beheerders de groepsinformatie kunnen bewerken",
        *("You're now an admin", "U bent nu beheerder"),
        "Anna's beveiligingscode is gewijzigd…",
        "Uw beveiligingscode voor Anna is gewijzigd…",
        "Anna heeft berichten met vervaldatum ingeschakeld…",
        "Anna heeft berichten met vervaldatum uitgeschakeld.",
    ],
)
def test_a_row_of_the_system(words: str) -> None:
    assert is_system_row(words)


def test_the_words_of_a_groups_pages() -> None:
    """Participants are members since 2024."""
    assert group_words.CHANGE_NAME.search("Change subject")
    assert group_words.CHANGE_NAME.search("Change group name")
    assert group_words.CHANGE_NAME.search("Onderwerp wijzigen")
    for words in ("Add participants", "Add members", "Deelnemers toevoegen"):
        assert group_words.ADD.search(words)
    for words in ("Exit group", "Groep verlaten"):
        assert group_words.EXIT.search(words)
    for words in ("New group", "Nieuwe groep"):
        assert group_words.NEW_GROUP.search(words)


# Android


def asked(message: str) -> SmsQuestion | None:
    buttons = tuple(N("Button", f"android:id/button{n}", "…", clickable=True) for n in (1, 2))
    window = N("FrameLayout", kids=(N("TextView", text=message), *buttons))
    return question_on(read_screen(xml(window, package="com.android.phone")))


@pytest.mark.parametrize(
    "words",
    [
        (
            "A is sending a large number of SMS messages. Do you want to allow this app to"
            " continue sending messages?"
        ),
        (
            "A verzendt moment een groot aantal sms-berichten. Wil je toestaan \u200b\u200bdat"
            " deze app berichten blijft verzenden?"
        ),
        "A verzendt moment een groot aantal sms-berichten. Wil je toestaan dat deze app",
        "A sendet eine große Anzahl SMS. Möchtest du zulassen, dass die App weiterhin",
        "Aplikacja A wysyła wiele SMS-ów. Chcesz pozwolić tej aplikacji dalej wysyłać SMS-y?",
        "A trimite un număr mare de mesaje SMS. Permiteți acestei aplicații să trimită",
        "A изпраща голям брой SMS съобщения. Искате ли да разрешите на това приложение",
        "A çok sayıda SMS iletisi gönderiyor.",
        "Програма A надсилає велику кількість SMS-повідомлень.",
        "A está enviando un gran número de mensajes SMS.",
        "A envia uma grande quantidade de mensagens SMS.",
        "A envoie un grand nombre de SMS.",
        "\u200fA يرسل عددًا كبيرًا من الرسائل القصيرة SMS.",
        "A nagyszámú SMS üzenetet küld.",
    ],
)
def test_androids_limit_for_sms(words: str) -> None:
    assert asked(words) is SmsQuestion.LIMIT


@pytest.mark.parametrize(
    "words",
    [
        "A would like to send a message to 3010.",
        "A wil graag een bericht verzenden naar 3010.",
        "A möchte eine Nachricht an 3010 senden.",
        "A chce wysłać wiadomość do 3010.",
        "A intenționează să trimită un mesaj la 3010.",
        "A иска да изпрати съобщение до 3010.",
        "A, 3010 adresine bir ileti göndermek istiyor.",
        "A хоче надіслати повідомлення на таку адресу: 3010.",
        "A quiere enviar un mensaje a 3010.",
        "A quer enviar uma mensagem para 3010.",
        "A souhaite envoyer un message à 3010.",
        "\u200fهناك رغبة من A في إرسال رسالة إلى 3010.",
        "A üzenetet szeretne küldeni 3010 számra.",
    ],
)
def test_a_short_code_that_may_cost_money(words: str) -> None:
    assert asked(words) is SmsQuestion.SHORT_CODE


@pytest.mark.parametrize(
    "words",
    [
        *("Send", "Verzenden", "Zenden", "Senden", "Wyślij", "Trimiteți", "Изпращане", "Gönder"),
        *("Надіслати", "Enviar", "Envoyer", "إرسال", "Küldés", "Send anyway", "Toch verzenden"),
        *("Trotzdem senden", "Wyślij mimo to", "Send Message", "Bericht verzenden"),
        *("Resend or delete", "Opnieuw verzenden of verwijderen", "Erneut senden oder löschen"),
        "Wyślij ponownie lub usuń",
        "Not sent. Tap to try again.",
        "Niet verzonden. Tik om het opnieuw te proberen.",
        "Nachricht wurde nicht gesendet. Zum erneuten Senden tippen.",
        "Nie wysłano. Kliknij, by spróbować ponownie.",
    ],
)
def test_what_sends_or_sends_again_reaches_people(words: str) -> None:
    assert ScreenButton(id="", text=words).reaches_people


@pytest.mark.parametrize(
    "words",
    [
        *("Allow", "Toestaan", "Zulassen", "Zezwól", "Pozwól", "Permite", "Permiteți"),
        *("Разрешаване", "İzin ver", "Дозволити", "Permitir", "Autoriser", "السماح", "سماح"),
        *("Engedélyezés", "Block message", "Bericht blokkeren"),
    ],
)
def test_what_allows_or_blocks_is_pressed_by_no_rule(words: str) -> None:
    assert not ScreenButton(id="", text=words).is_safe
