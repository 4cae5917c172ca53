"""Tries a card on an emulated machine: real U-Boot, real RAUC, real power cuts."""
