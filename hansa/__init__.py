"""Composition: settings, the ASGI application, the command line, the worker and the demo."""

__version__ = "0.1.0"
