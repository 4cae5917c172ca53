"""Android phones over adb: WhatsApp and SMS by the screen, as a person uses them."""
