"""What several chapters conclude from the evidence, each in one place. Pure; no rules are here."""
