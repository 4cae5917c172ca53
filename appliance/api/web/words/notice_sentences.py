"""What a notification says: of which number, and, where the house wants it, who wrote what."""

from collections.abc import Mapping

from appliance.api.web.words.i18n import Words
from appliance.desk.notices.news import News, NewsKind

_LONGEST = 160


def notice(words: Words, news: News) -> Mapping[str, str]:
    """As `static/away.js` and the browser's worker show it. `tag`: one at a time of each
    conversation.
    """
    line = f"{news.branch} …{news.number[-4:]}" if news.number else news.branch
    said = _waits(words, news) if news.why is NewsKind.WAITS else _of_colleague(words, news)
    return {
        "title": line,
        "body": said[:_LONGEST],
        "tag": news.conversation_id,
        "address": f"/c/{news.conversation_id}",
    }


def _waits(words: Words, news: News) -> str:
    somebody = words.text("Somebody writes")
    return f"{news.name or somebody}: {news.text}" if news.text else news.name or somebody


def _of_colleague(words: Words, news: News) -> str:
    by = news.by or words.text("A colleague")
    if news.why is NewsKind.HANDED:
        sentence = words.text("{colleague} hands you a conversation")
        said = sentence.format(colleague=by)
        return f"{said}: {news.name}" if news.name else said
    said = words.text("{colleague} names you in a note").format(colleague=by)
    return f"{said}: {news.text}" if news.text else said
