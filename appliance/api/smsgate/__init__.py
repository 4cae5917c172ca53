"""SMSGate's 3rd-party API: a client of that gateway changes its address, and nothing else."""

from appliance.api.dropin import DropIn
from appliance.api.smsgate.errors import answer
from appliance.api.smsgate.paths import PREFIX

DROP_IN = DropIn(serves=lambda path: path.startswith(f"{PREFIX}/"), answer=answer)
