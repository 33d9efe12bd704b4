"""Referral: members bring friends, and both get something once the friend has bought."""
