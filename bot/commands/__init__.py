"""The commands of ``protocol-bot``, a module for each family."""
