"""What was done with several conversations at once, in words."""

from collections.abc import Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.team.bulk import BulkAct, BulkDone


def chosen(words: Words, count: int) -> str:
    return words.plural("{n} chosen", "{n} chosen", count).format(n=count)


def told(words: Words, done: BulkDone) -> Sequence[str]:
    """What was done, and what was left as it is and why."""
    count = len(done.changed)
    said = [_done(words, done.act, count)] if count else []
    if done.taken:
        sentence = words.plural(
            "{n} has a colleague already.", "{n} have a colleague already.", done.taken
        )
        said.append(sentence.format(n=done.taken))
    if done.wrote:
        sentence = words.plural(
            "In {n} they wrote just now; it stays open.",
            "In {n} they wrote just now; these stay open.",
            done.wrote,
        )
        said.append(sentence.format(n=done.wrote))
    return said or [words.text("They are so already; nothing was changed.")]


def _done(words: Words, act: BulkAct, count: int) -> str:
    sentence = {
        BulkAct.CLAIM: words.plural(
            "{n} conversation is yours.", "{n} conversations are yours.", count
        ),
        BulkAct.HAND_OVER: words.plural(
            "{n} conversation handed over.", "{n} conversations handed over.", count
        ),
        BulkAct.LABELS: words.plural(
            "{n} conversation labelled.", "{n} conversations labelled.", count
        ),
        BulkAct.LATER: words.plural(
            "{n} conversation put away.", "{n} conversations put away.", count
        ),
        BulkAct.DONE: words.plural("{n} conversation done.", "{n} conversations done.", count),
    }[act]
    return sentence.format(n=count)


def undone(words: Words, of: int, count: int) -> Sequence[str]:
    """`count` of so many are as they were."""
    back = words.plural("{n} as it was before.", "{n} as they were before.", count)
    said = [back.format(n=count)] if count else []
    if left := of - count:
        sentence = words.plural(
            "{n} was changed again since and stays as it is.",
            "{n} were changed again since and stay as they are.",
            left,
        )
        said.append(sentence.format(n=left))
    return said
