"""What a notification says: of which number, and, where the house wants it, who wrote what."""

from collections.abc import Mapping

from appliance.api.web.words.i18n import Words
from appliance.desk.notices.news import News

_LONGEST = 160


def notice(words: Words, news: News) -> Mapping[str, str]:
    """As `static/away.js` and the browser's worker show it. `tag`: one at a time of each
    conversation.
    """
    line = f"{news.branch} …{news.number[-4:]}" if news.number else news.branch
    somebody = words.text("Somebody writes")
    said = f"{news.name or somebody}: {news.text}" if news.text else news.name or somebody
    return {
        "title": line,
        "body": said[:_LONGEST],
        "tag": news.conversation_id,
        "address": f"/c/{news.conversation_id}",
    }
