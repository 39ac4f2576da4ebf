"""How values of the rooms below are shown on a terminal: plan, findings, explanations, steps, tables."""
