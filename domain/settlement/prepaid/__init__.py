"""Prepaid packs and credit limits: what sponsors pay ahead, may come to owe, and are told of."""
