"""The octets of SMS, 3GPP TS 23.040 and 23.038: pure functions, no device.

`submit` writes what is sent; `incoming`, `report` and `stored` read what a modem gives, with the
service centre's address before it. Reading raises BadPdu and nothing else, whatever the octets.
"""
