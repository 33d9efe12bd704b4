"""What a browser says it is, reduced to what its owner recognises it by; nothing else of it is kept."""

from __future__ import annotations

LONGEST_AGENT = 500

BROWSERS = {
    "Edg/": "Edge",
    "EdgA/": "Edge",
    "EdgiOS/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""In this order: most browsers also claim to be others."""

SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def device(agent: str) -> str | None:
    """Browser and system, as in "Firefox/Linux"; either may be empty, and None is told by neither."""
    agent = agent[:LONGEST_AGENT]
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    return f"{browser}/{system}" if browser or system else None
