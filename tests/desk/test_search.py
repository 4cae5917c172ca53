"""The search finds what one may see, however it was written, and forgets what is gone."""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.desk.access.group_limits import GroupLimits
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing, joining
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.search import finding, following, forgetting, index
from appliance.desk.search.finding import Search
from appliance.desk.search.hits import Hit, HitKind, HitPage
from appliance.desk.search.question import WrongFilter, question_of
from appliance.desk.team.labels import named_or_added, put
from appliance.devices.protocol import Group
from appliance.errors import InvalidInput
from appliance.identities import tel
from appliance.store import branches, contacts, imported
from appliance.store.imported import ImportedMessage
from appliance.store.store import Store, Tx
from tests.desk.test_listed import Office
from tests.queue.counter import ANNA, BART, STAFF, Counter

EVERYTHING = Sight(None)


def indexed(store: Store) -> None:
    while following.catch_up(store):
        pass


def page(counter: Counter, q: str, sight: Sight = EVERYTHING, **about: Any) -> HitPage:
    indexed(counter.store)
    search = Search(q=q, **about)
    return counter.store.read(lambda conn: finding.found(conn, sight, search))


def messages(counter: Counter, q: str, sight: Sight = EVERYTHING) -> Sequence[str]:
    """What the messages say that are found, the newest first."""
    return [hit.snippet for hit in page(counter, q, sight, kind=HitKind.MESSAGE).hits]


def marked(hit: Hit) -> Sequence[str]:
    return [hit.snippet[start:end] for start, end in hit.marks]


@pytest.mark.parametrize(
    ("said", "q", "marks"),
    [
        ("Łukasz komt", "lukasz", ["Łukasz"]),
        ("Lukasz komt", "ŁUKASZ", ["Lukasz"]),
        ("Zoë uit de Straße", "zoe strasse", ["Zoë", "Straße"]),
        ("Ik heb mijn loonstrook niet", "loonstr", ["loonstrook"]),
        ("Top 👍🏽 hoor", "👍", ["👍🏽"]),
        ("Fijn 🇳🇱!", "🇳🇱", ["🇳🇱"]),
        ("Mijn code is PX-4471.", "px-4471", ["PX-4471"]),
        ("Mijn code is PX-4471.", "4471", ["4471"]),
        ("Bel 06-12345678", "+31612345678", ["06-12345678"]),
        ("Bel +31 6 1234 5678", "06 1234 5678", ["+31 6 1234 5678"]),
        ("Bel 0612345678 even", "+31 6 12", ["0612345678"]),
        ("Is het niet ontvangen?", '"niet ontvangen"', ["niet ontvangen"]),
        ("Stuur je foto's?", "fotos", ["foto's"]),
        ("Twee weken vrij", "week", ["weken"]),
        ("Over een week", "weken", ["week"]),
        ("Om 14:30 uur", "14:30", ["14:30"]),
        ("a@b.nl", "a@b.nl", ["a@b.nl"]),
    ],
)
def test_words_are_found_however_they_are_written(
    counter: Counter, said: str, q: str, marks: list[str]
) -> None:
    """Accents, case, signs and the ways to write a number do not count; marks are code points."""
    counter.hears(said)
    counter.hears("Iets heel anders")
    (hit,) = page(counter, q, kind=HitKind.MESSAGE).hits
    assert hit.snippet == said
    assert marked(hit) == marks


def test_all_words_must_be_there_and_a_phrase_in_its_order(counter: Counter) -> None:
    counter.hears("morgen werk ik niet")
    counter.hears("ik werk morgen")
    assert messages(counter, "morgen werk") == ["ik werk morgen", "morgen werk ik niet"]
    assert messages(counter, '"morgen werk"') == ["morgen werk ik niet"]
    assert messages(counter, "morgen werk nooit") == []


def test_filters_leave_what_fits(counter: Counter) -> None:
    """`from:` is who wrote in, `before:` is without its day and `after:` with it."""
    counter.hears("Werk morgen", name="Jan de Vries")
    counter.hears("Werk ook", sender=BART, name="Bo")
    counter.queues("Werk voor jou", to=ANNA)
    assert messages(counter, "werk from:jan") == ["Werk morgen"]
    assert messages(counter, 'from:"jan de"') == ["Werk morgen"]
    assert messages(counter, "werk from:an") == []
    assert messages(counter, f"werk from:{BART}") == ["Werk ook"]
    assert messages(counter, 'from:"06 2"') == messages(counter, "from:0622") == ["Werk ook"]
    assert messages(counter, "werk is:queued") == ["Werk voor jou"]
    assert "Werk voor jou" in messages(counter, "is:queued")
    assert messages(counter, "werk line:utr is:received") == ["Werk ook", "Werk morgen"]
    assert messages(counter, "werk line:0687654321 from:bo") == ["Werk ook"]
    assert len(messages(counter, "werk after:2026-06-15 before:2026-06-16")) == 3
    assert messages(counter, "werk before:2026-06-15") == []
    assert messages(counter, "werk after:2026-06-16") == []
    assert messages(counter, "werk has:photo") == []


def test_a_message_with_several_files_is_found_once_and_those_of_before_hide_none(
    counter: Counter,
) -> None:
    """What was taken over from a phone came last and stands at its own time."""
    for text in ("Bon", "Rooster"):
        counter.hears(text)
    counter.store.write(_import_photo)
    counter.store.write(_attach_photos)
    found, after = [], None
    for _ in range(3):
        shown = page(counter, "has:photo", kind=HitKind.MESSAGE, limit=1, after=after)
        found += [hit.snippet for hit in shown.hits]
        after = shown.next
    assert (found, after) == (["Rooster", "Bon", "Pasfoto"], None)


def _import_photo(tx: Tx) -> None:
    row = tx.conn.execute("SELECT * FROM message ORDER BY seq DESC LIMIT 1").fetchone()
    of_before = ImportedMessage(
        conversation_id=row["conversation_id"],
        line_id=row["line_id"],
        contact_id=row["contact_id"],
        identity=contacts.identity_of(row),
        own=False,
        text="Pasfoto",
        channel=Channel.WHATSAPP,
        device_key="row",
        key_digest=b"row",
        at_ms=tx.now_ms - 90 * 24 * 3_600_000,
        dated=True,
    )
    imported.keep(tx, of_before)


def _attach_photos(tx: Tx) -> None:
    """Two to each message that came."""
    for row in tx.conn.execute("SELECT id FROM message WHERE direction = 'in'").fetchall():
        for position in range(2):
            media_id = tx.new_id()
            tx.conn.execute(
                "INSERT INTO media (id, kind, type, name, state, created_ms)"
                " VALUES (?, 'image', 'image/jpeg', '', 'on-phone-only', ?)",
                (media_id, tx.now_ms),
            )
            tx.conn.execute(
                "INSERT INTO message_media (message_id, position, media_id) VALUES (?, ?, ?)",
                (row["id"], position, media_id),
            )


@pytest.mark.parametrize(
    "q",
    ["foo:bar", "is:purple", "has:nothing", "before:gisteren", "after:2026-02-30", "line:nergens"],
)
def test_a_filter_that_is_none_is_said(counter: Counter, q: str) -> None:
    with pytest.raises(WrongFilter):
        page(counter, q)


@pytest.mark.parametrize(
    "q", ["?!", '"', '""', "*", "AND", "OR NOT", "a*b", "(", "-", "^x", "\x00", "http://x.nl", "+("]
)
def test_no_question_breaks_the_search(counter: Counter, q: str) -> None:
    counter.hears("Hoi")
    assert page(counter, q).next is None


def test_a_question_has_an_end(counter: Counter) -> None:
    for q in ("a" * 501, "a " * 31):
        with pytest.raises(InvalidInput):
            question_of(q)


def test_nobody_finds_what_another_branch_said(counter: Counter) -> None:
    """Neither messages nor people nor conversations."""
    counter.hears("Geheim overleg", name="Jan")
    elsewhere = counter.store.write(lambda tx: branches.add_branch(tx, "Breda"))
    for branch_id, most in ((elsewhere, 0), (counter.branch_id, 1)):
        sight = Sight(frozenset({branch_id}))
        assert len(messages(counter, "geheim", sight)) == most
        assert len(messages(counter, "from:jan", sight)) == most
        assert len(page(counter, "jan", sight, kind=HitKind.CONTACT).hits) == most
        assert len(page(counter, "jan", sight, kind=HitKind.CONVERSATION).hits) == most


def test_a_group_that_is_held_to_others_is_not_found(counter: Counter) -> None:
    """Neither its posts nor its name."""
    counter.hears("Geheim rooster", group=Group(jid="1@g.us", name="Nachtploeg"))
    (post,) = page(counter, "geheim", kind=HitKind.MESSAGE).hits
    hidden = frozenset({post.conversation_id or ""})
    sight = Sight(None, GroupLimits(hidden=hidden))
    assert messages(counter, "geheim", sight) == []
    assert page(counter, "nacht", sight, kind=HitKind.CONVERSATION).hits == []


def test_a_label_leaves_the_conversations_that_have_it(counter: Counter) -> None:
    """All of them, where several are named; a label of another branch is none."""
    for sender, names in ((ANNA, ["ziek"]), (BART, ["ziek", "Werk thuis"])):
        counter.hears("Kan niet", sender=sender)
        (hit, *_) = page(counter, "kan", kind=HitKind.MESSAGE).hits
        counter.store.write(partial(labelled, counter.branch_id, hit.conversation_id or "", names))
    assert len(messages(counter, "kan label:ZIEK")) == 2
    assert len(messages(counter, 'kan label:ziek label:"werk thuis"')) == 1
    alone = page(counter, "label:ziek", kind=HitKind.MESSAGE).hits
    assert len({hit.conversation_id for hit in alone}) == 2
    elsewhere = counter.store.write(lambda tx: branches.add_branch(tx, "Breda"))
    with pytest.raises(WrongFilter):
        page(counter, "kan label:ziek", Sight(frozenset({elsewhere})))


def labelled(branch_id: str, conversation_id: str, names: Sequence[str], tx: Tx) -> None:
    put(tx, conversation_id, [named_or_added(tx, name, branch_id) for name in names])


def test_people_and_groups_are_found_by_what_they_are_called(counter: Counter) -> None:
    """By both names, the personnel number and each way to write a number."""
    counter.hears("Hoi", name="Łukasz")
    contact_id = counter.contact_id()
    counter.hears("Hoi", group=Group(jid="1@g.us", name="Nachtploeg"))
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact SET office_name = 'L. Nowak', personnel_number = 'PX-4471'"
        )
    )
    for q in ("lukasz", "nowak", "px-4471", "4471", "0611111111", "+31611", "nowak 0611"):
        hits = page(counter, q, kind=HitKind.CONTACT).hits
        assert [hit.id for hit in hits] == [contact_id], q
        assert hits[0].marks, q
    (group,) = page(counter, "nacht", kind=HitKind.CONVERSATION).hits
    assert (group.title, marked(group)) == ("Nachtploeg", ["Nachtploeg"])
    assert page(counter, "nacht", kind=HitKind.CONTACT).hits == []


def test_whom_the_branch_entered_is_found_before_they_write(counter: Counter) -> None:
    """Not by another branch, and not where a line or a label is asked for."""
    elsewhere = counter.store.write(lambda tx: branches.add_branch(tx, "Breda"))
    change = ContactChange(
        given=frozenset({"numbers", "office_name"}), office_name="Ilse Bos", numbers=[tel(BART)]
    )
    who = Changer(by=STAFF, sight=EVERYTHING)
    ilse = counter.store.write(
        lambda tx: changing.enter(tx, change, who, branch_id=counter.branch_id)
    )
    counter.hears("Hoi", name="Ilse Vos")
    own, other = Sight(frozenset({counter.branch_id})), Sight(frozenset({elsewhere}))
    for sight, most in ((own, 2), (EVERYTHING, 2), (other, 0)):
        found = page(counter, "ilse", sight, kind=HitKind.CONTACT).hits
        assert len(found) == most
        named = counter.store.read(partial(finding.people, sight=sight, q="ilse", limit=5))
        assert [hit.contact_id == ilse for hit in named] == [False, True][:most]
    assert f"/people/{ilse}" in [hit.link for hit in page(counter, "ilse", own).hits]
    for filtered in ("bos line:utr", "bos label:ziek"):
        counter.store.write(lambda tx: named_or_added(tx, "ziek", counter.branch_id))
        assert page(counter, filtered, own, kind=HitKind.CONTACT).hits == []


def test_pages_go_on_behind_each_other(counter: Counter) -> None:
    """Each message once, people before the first messages alone."""
    for number in range(7):
        counter.hears(f"Werk {number}", sender=f"+3163333333{number}", name=f"Werk{number}")
    seen, after = [], None
    while True:
        found = page(counter, "werk", after=after, limit=3)
        seen.append([hit.kind.value for hit in found.hits])
        after = found.next
        if after is None:
            break
    assert seen[0] == ["contact", "conversation", "message"]
    assert [kind for kinds in seen[1:] for kind in kinds] == ["message"] * 6
    for kind in HitKind:
        ids, after = set(), None
        for _ in range(3):
            found = page(counter, "werk", kind=kind, after=after, limit=3)
            ids |= {hit.id for hit in found.hits}
            after = found.next
        assert (len(ids), after) == (7, None)


def vocabulary(counter: Counter) -> set[tuple[object, ...]]:
    """All that stands in the indexes, by word, place and message."""
    counter.store.write(
        lambda tx: [
            tx.conn.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.v_{name}"
                f" USING fts5vocab('main', 'search_{name}', 'instance')"
            )
            for name in ("message", "name")
        ]
    )
    listed = {("word", row["word"]) for row in counter.all("SELECT word FROM search_word")}
    return listed | counter.store.write(
        lambda tx: {
            (name, *tuple(row))
            for name in ("message", "name")
            for row in tx.conn.execute(f"SELECT * FROM temp.v_{name}")  # noqa: S608 -- ours
        }
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_index_that_followed_is_the_one_that_is_built_anew(counter: Counter, seed: int) -> None:
    """Whatever happened to messages and people meanwhile, and wherever it was interrupted."""
    office = Office(counter, random.Random(seed))
    for step in range(60):
        office.happens()
        if step % 7 == 0:
            following.catch_up(counter.store)
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET text = 'anders ' || text WHERE seq % 3 = 0")
    )
    indexed(counter.store)
    followed = vocabulary(counter)
    following.begin_anew(counter.store)
    indexed(counter.store)
    assert followed
    assert _by_message(followed) == _by_message(vocabulary(counter))


def _by_message(words: set[tuple[object, ...]]) -> set[tuple[object, ...]]:
    """Names have other numbers in an index that was built anew."""
    return {each if each[0] != "name" else (each[0], each[1], *each[3:]) for each in words}


def test_two_threads_that_became_one_are_searched_as_one(counter: Counter) -> None:
    counter.hears("Appel", name="Jan")
    counter.hears("Peer", sender=BART, name="Bart")
    keep, other = counter.contact_id(ANNA), counter.contact_id(BART)
    indexed(counter.store)
    counter.store.write(lambda tx: joining.join(tx, keep, other, ""))
    (hit,) = page(counter, "peer from:jan", kind=HitKind.MESSAGE).hits
    assert hit.contact_id == keep
    assert [each.id for each in page(counter, "jan", kind=HitKind.CONTACT).hits] == [keep]
    assert page(counter, "bart", kind=HitKind.CONTACT).hits == []


def test_what_is_erased_is_gone_from_the_index(counter: Counter) -> None:
    """Also from the pages in which the index lies."""
    for number in range(60):
        counter.hears(f"Gewoon bericht {number}")
        if number % 10 == 0:
            indexed(counter.store)
    counter.hears("Mijn kwaal heet Zwartgalligheid", name="Xantippe")
    indexed(counter.store)
    lies = "SELECT count(*) FROM search_message_data WHERE instr(block, 'zwartgall')"
    assert counter.one(lies)["count(*)"] > 0
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET text = '' WHERE text LIKE 'Mijn kwaal%'")
    )
    called = "SELECT count(*) FROM search_name_data WHERE instr(block, 'xantip')"
    assert counter.one(called)["count(*)"] > 0
    counter.store.write(lambda tx: tx.conn.execute("UPDATE contact SET chosen_name = NULL"))
    forgetting.forget(counter.store, [counter.contact_id()])
    assert counter.one(called)["count(*)"] == 0
    assert messages(counter, "zwartgalligheid") == []
    assert counter.one(lies)["count(*)"] == 0
    for left in ("search_change", "search_word WHERE word LIKE 'zwart%'"):
        assert counter.one(f"SELECT count(*) AS n FROM {left}")["n"] == 0  # noqa: S608 -- ours


def test_an_old_database_is_taken_in_from_its_newest_message_on(counter: Counter) -> None:
    """In bounded pieces; what comes meanwhile is found at once."""
    for number in range(120):
        counter.hears(f"Oud {number}")
    following.begin_anew(counter.store)
    counter.hears("Nieuw")
    following.catch_up(counter.store)
    following.catch_up(counter.store)
    progress = counter.store.read(index.progress)
    newest = counter.one("SELECT max(seq) AS seq FROM message")["seq"]
    assert progress.high_seq == newest
    assert 0 < progress.low_seq < newest - following.PIECE
    search = Search(q="oud", kind=HitKind.MESSAGE)
    found = counter.store.read(lambda conn: finding.found(conn, EVERYTHING, search))
    assert found.hits[0].snippet == "Oud 119"
    assert len(messages(counter, "nieuw")) == 1
    assert counter.store.read(index.progress).low_seq == 0
