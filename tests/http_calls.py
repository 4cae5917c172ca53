"""HTTP calls that wait for a busy machine; httpx by itself gives up after five seconds."""

from functools import partial

import httpx

PATIENCE_S = 120.0

get = partial(httpx.get, timeout=PATIENCE_S)
post = partial(httpx.post, timeout=PATIENCE_S)
put = partial(httpx.put, timeout=PATIENCE_S)
patch = partial(httpx.patch, timeout=PATIENCE_S)
delete = partial(httpx.delete, timeout=PATIENCE_S)
request = partial(httpx.request, timeout=PATIENCE_S)
