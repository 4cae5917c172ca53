"""A store with the data of a branch after a few days: for the page tests and for pictures."""

from appliance.channels import Channel
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store.store import Store
from tests.e2e.filler import DAY_MS, HOUR_MS, MINUTE_MS, Filler

UTRECHT = "Utrecht"


def fill(store: Store) -> Filler:
    """Two branches, three members of staff and a dozen conversations in every state."""
    desk = Filler(store)
    desk.branch(UTRECHT, "+31612345601")
    desk.branch("Rotterdam", "+31612345602")
    desk.member("Sanne de Wit", branch="Utrecht")
    desk.member("Youssef Amrani", branch="Rotterdam")
    desk.member("Marit Hoekstra", role="admin")
    _utrecht(desk)
    _rotterdam(desk)
    return desk


def _utrecht(desk: Filler) -> None:
    _fatima(desk)
    _piotr_and_dennis(desk)
    _sara(desk)
    _kees(desk)
    _imani(desk)
    _bart(desk)
    _lieke(desk)
    _crew(desk)


def _fatima(desk: Filler) -> None:
    desk.receive(
        UTRECHT,
        "Fatima El Idrissi",
        "+31612345611",
        "Goedemorgen, ik ben Fatima. Mag ik me inschrijven?",
        ago_ms=3 * DAY_MS,
    )
    desk.answer(
        "Fatima El Idrissi",
        rule="welcome",
        ago_ms=3 * DAY_MS - MINUTE_MS,
        text="Welkom bij Utrecht! Je bericht is binnen; we antwoorden via dit nummer."
        " Wil je geen berichten meer? Stuur STOP.",
    )
    desk.answer(
        "Fatima El Idrissi",
        "Hoi Fatima, leuk! Welk werk zoek je, en vanaf wanneer kun je?",
        by="Sanne de Wit",
        ago_ms=3 * DAY_MS - 20 * MINUTE_MS,
    )
    for text, ago in (
        ("Liefst in de logistiek 📦, vroege diensten", 2 * DAY_MS),
        ("Ik kan per direct", 2 * DAY_MS - MINUTE_MS),
    ):
        desk.receive(UTRECHT, "Fatima El Idrissi", "+31612345611", text, ago_ms=ago)
    desk.answer(
        "Fatima El Idrissi",
        "Mooi. Er is plek bij het distributiecentrum in Nieuwegein:\n• maandag t/m vrijdag\n"
        "• 06:00 tot 14:30\n• reiskosten vergoed",
        by="Marit Hoekstra",
        ago_ms=DAY_MS + HOUR_MS,
        state=MessageState.DELIVERED,
    )
    desk.read("Fatima El Idrissi", "Sanne de Wit")
    desk.read("Fatima El Idrissi", "Marit Hoekstra")
    for text, ago in (
        ("Super, dat wil ik graag!", 50 * MINUTE_MS),
        ("Moet ik eigen veiligheidsschoenen meenemen?", 48 * MINUTE_MS),
        ("En waar meld ik me maandag?", 12 * MINUTE_MS),
    ):
        desk.receive(UTRECHT, "Fatima El Idrissi", "+31612345611", text, ago_ms=ago)


def _piotr_and_dennis(desk: Filler) -> None:
    desk.receive(
        UTRECHT,
        "Piotr Nowak",
        "+31612345612",
        "Hi, is there a shift on Saturday?",
        ago_ms=95 * MINUTE_MS,
    )
    desk.receive(
        UTRECHT,
        None,
        "+31612345613",
        "Goedemiddag met Dennis, ik heb uw nummer van mijn broer",
        ago_ms=26 * MINUTE_MS,
        channel=Channel.SMS,
    )


def _sara(desk: Filler) -> None:
    desk.receive(
        UTRECHT, "سارة أحمد", "+31612345614", "مرحبا، هل يوجد عمل يوم الاثنين؟", ago_ms=2 * HOUR_MS
    )
    desk.answer(
        "سارة أحمد",
        "Ja! Maandag om 08:00 in Utrecht. Past dat?",
        by="Sanne de Wit",
        ago_ms=HOUR_MS,
        state=MessageState.SENT,
    )
    desk.read("سارة أحمد", "Sanne de Wit")


def _kees(desk: Filler) -> None:
    desk.receive(
        UTRECHT,
        "Kees Verhoeven",
        "+31612345615",
        "Mijn urenbriefje klopt niet van week 31",
        ago_ms=5 * HOUR_MS,
    )
    desk.answer("Kees Verhoeven", "Ik zoek het uit, Kees.", by="Sanne de Wit", ago_ms=4 * HOUR_MS)
    desk.answer(
        "Kees Verhoeven",
        "Gevonden: vrijdag ontbrak. Het staat er nu goed in.",
        by="Sanne de Wit",
        ago_ms=30_000,
        state=MessageState.QUEUED,
        reason=Reason.GAP,
        expected_in_ms=4 * MINUTE_MS,
    )
    desk.read("Kees Verhoeven", "Sanne de Wit")


def _imani(desk: Filler) -> None:
    desk.receive(
        UTRECHT, "Imani Jansen", "+31612345616", "Ok tot morgen!", ago_ms=DAY_MS + 2 * HOUR_MS
    )
    desk.answer(
        "Imani Jansen",
        "Fijn, tot morgen.",
        by="Sanne de Wit",
        ago_ms=DAY_MS + HOUR_MS,
        state=MessageState.UNCONFIRMED,
        reason=Reason.LOOKING,
    )
    desk.read("Imani Jansen", "Sanne de Wit")


def _bart(desk: Filler) -> None:
    desk.receive(
        UTRECHT, "Bart Kuipers", "+31612345617", "Hebben jullie weekendwerk?", ago_ms=9 * DAY_MS
    )
    desk.receive(UTRECHT, "Bart Kuipers", "+31612345617", "STOP", ago_ms=4 * DAY_MS)
    desk.stop("Bart Kuipers")
    desk.answer(
        "Bart Kuipers",
        rule="stop",
        ago_ms=4 * DAY_MS - MINUTE_MS,
        text="Je krijgt geen berichten meer van Utrecht op dit nummer. Toch weer wel? Stuur START.",
    )
    desk.read("Bart Kuipers", "Sanne de Wit")


def _lieke(desk: Filler) -> None:
    desk.receive(
        UTRECHT, "Lieke van den Berg", "+31612345618", "Ben ziek vandaag 🤒", ago_ms=6 * DAY_MS
    )
    desk.answer(
        "Lieke van den Berg",
        "Beterschap, Lieke! Ik meld je af bij de klant.",
        by="Sanne de Wit",
        ago_ms=6 * DAY_MS - HOUR_MS,
    )
    desk.read("Lieke van den Berg", "Sanne de Wit")


def _crew(desk: Filler) -> None:
    desk.group_post(
        UTRECHT,
        "Ploeg Nieuwegein",
        "Ahmed",
        "Wie rijdt er morgen mee vanaf Overvecht?",
        ago_ms=3 * HOUR_MS,
    )
    desk.group_post(UTRECHT, "Ploeg Nieuwegein", "Joke", "Ik, plek voor drie", ago_ms=2 * HOUR_MS)


def _rotterdam(desk: Filler) -> None:
    place = "Rotterdam"
    desk.receive(
        place, "Milan Petrov", "+31612345621", "Kan ik een dag vrij krijgen?", ago_ms=35 * MINUTE_MS
    )
    desk.receive(place, "Grace Owusu", "+31612345622", "Thanks, see you there", ago_ms=7 * HOUR_MS)
    desk.answer(
        "Grace Owusu",
        "You are welcome!",
        by="Youssef Amrani",
        ago_ms=6 * HOUR_MS,
        state=MessageState.FAILED,
        reason=Reason.NOT_ON_WHATSAPP,
    )
