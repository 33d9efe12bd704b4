"""Composition: settings, the ASGI application, the command line, the worker and the demo."""
