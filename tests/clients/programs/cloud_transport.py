"""pywa has Meta's address in its code: its session takes what is for that to Balie."""

import httpx


class ToBalie(httpx.HTTPTransport):
    def __init__(self, balie: str) -> None:
        super().__init__()
        self._there = httpx.URL(balie)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = self._there
        if request.url.host == "graph.facebook.com":
            request.url = request.url.copy_with(
                scheme=there.scheme, host=there.host, port=there.port
            )
            request.headers["Host"] = there.netloc.decode()
        return super().handle_request(request)
