"""Rules over the evidence, and what they find. Pure: a rule asks nobody; ``gvma.evidence`` has asked already."""
