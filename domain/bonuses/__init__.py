"""Bonuses: what schemes of bands give business members for what they bought or sold on."""
