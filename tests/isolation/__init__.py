"""Nobody sees what is somebody else's: by the rules alone, and by the walls alone."""
