"""The WhatsApp Cloud API below `/v{N}.{M}/`, for clients that know no other: one changed address.

A line is a number of it, and its digits are the number's id.
"""

from appliance.api.cloud.errors import answer
from appliance.api.cloud.paths import serves
from appliance.api.dropin import DropIn

DROP_IN = DropIn(serves=serves, answer=answer)
