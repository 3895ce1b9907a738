"""Every sentence that a person reads, a module for each capability.

Plain English: short sentences, the action first, what to do next. No markup in here.
"""
