"""Slack: HTTP and Socket Mode, messages, modals, the Home tab. Converts in and out; decides nothing."""
