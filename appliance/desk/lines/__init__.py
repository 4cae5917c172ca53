"""A branch's numbers and the devices that send and receive for them."""
