"""A provider of log-ins of the tests' own: a real server with its own keys that can tell lies.

It does what OpenID Connect says of a provider's half, without a person: whoever is sent to it comes
back with a code. What it lies about a test says.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwk, jwt

CLIENT, SECRET = "balie", "een geheim van de tests"
CODE = "a-code"
KEY = jwk.ECKey.generate_key("P-256", {"kid": "ours"}, private=True)
FOREIGN_KEY = jwk.ECKey.generate_key("P-256", {"kid": "ours"}, private=True)

Claims = dict[str, Any]
Sign = Callable[[Claims], str]


def signed(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "ours"}, claims, KEY)


def signed_by_another(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "ours"}, claims, FOREIGN_KEY)


def signed_with_the_public_key(claims: Claims) -> str:
    """As a shared secret: what takes any `alg` for that key finds it right."""
    said = ".".join(_base64(json.dumps(each)) for each in ({"alg": "HS256"}, claims))
    proof = hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{_base64(proof)}"


def unsigned(claims: Claims) -> str:
    return ".".join([*(_base64(json.dumps(each)) for each in ({"alg": "none"}, claims)), ""])


@dataclass(slots=True)
class OwnProvider:
    """`claims` go over those of the token, None takes one away. `person` is what it tells of who
    logged in. `asked` is what Balie sent somebody with last, `discoveries` how often it asked.
    """

    url: str
    sign: Sign = signed
    claims: Claims = field(default_factory=dict)
    person: Claims = field(default_factory=dict)
    discovery: Claims = field(default_factory=dict)
    beside: Claims = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    discoveries: int = 0

    def tell_the_truth(self) -> None:
        self.sign = signed
        self.claims, self.person, self.discovery, self.beside = {}, {}, {}, {}

    def come_back(self, client: httpx.Client, to: httpx.Response, **more: str) -> httpx.Response:
        """Somebody was sent here by `to`, says who they are, and is sent back."""
        self.asked = {name: one[0] for name, one in parse_qs(_query(to)).items()}
        back = {"code": CODE, "state": self.asked["state"], "iss": self.url, **more}
        return client.get(self.asked["redirect_uri"], params=back)

    def said(self, path: str, headers: Any, form: Mapping[str, list[str]]) -> Claims | None:
        match path:
            case "/.well-known/openid-configuration":
                return self._discovery()
            case "/keys":
                return {"keys": [KEY.as_dict(private=False)]}
            case "/token" if self._is_right(headers, form):
                return self._token()
            case "/me" if headers["Authorization"] == "Bearer opens":
                return {"sub": "s-1", **self.person}
            case _:
                return None

    def _discovery(self) -> Claims:
        self.discoveries += 1
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/me",
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
            **self.discovery,
        }

    def _is_right(self, headers: Any, form: Mapping[str, list[str]]) -> bool:
        """The client's secret, the one code, and the verifier of RFC 7636 §4.6."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        verifier = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        return (
            headers["Authorization"] == f"Basic {basic}"
            and form["code"] == [CODE]
            and form["redirect_uri"] == [self.asked["redirect_uri"]]
            and self.asked["code_challenge_method"] == "S256"
            and _base64(verifier) == self.asked["code_challenge"]
        )

    def _token(self) -> Claims:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "s-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
            **self.claims,
        }
        token = self.sign({name: each for name, each in claims.items() if each is not None})
        made = {"access_token": "opens", "token_type": "Bearer", "id_token": token, **self.beside}
        return {name: each for name, each in made.items() if each is not None}


@contextmanager
def own_provider() -> Iterator[OwnProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(parse_qs(body))

        def _answer(self, form: Mapping[str, list[str]]) -> None:
            said = provider.said(urlsplit(self.path).path, self.headers, form)
            body = json.dumps({"error": "invalid_grant"} if said is None else said).encode()
            self.send_response(400 if said is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = OwnProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="own-provider")
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def _query(to: httpx.Response) -> str:
    return urlsplit(to.headers["location"]).query


def _base64(data: bytes | str) -> str:
    given = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()
