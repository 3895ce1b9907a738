"""What the demo page says when something is not right."""

LOOPBACK_ONLY = "The demo answers this machine only."
NOT_UNDERSTOOD = "The page sent something that I do not understand. Reload it and try again."
NO_TIME = "Give a date and a time."
NO_SUCH_TIME = "The clock can only be moved forward, by two years at most."
NO_SUCH_PROTOCOL = "There is no such protocol."
IMPORT_GONE = "This document is no longer under review. Choose the file again."
NOBODY_NAMED = "nobody is named"
