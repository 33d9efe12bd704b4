"""The tests, mirroring the floors."""
