"""Agreements as a process: texts, offers, acceptances, paper, successions and their end (R2)."""
