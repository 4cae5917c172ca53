"""What a client of SMSGate finds: lines as its devices, and messages as that gateway tells them."""
