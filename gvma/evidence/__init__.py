"""What there is to know of a site: values, and one collector for each source that can be asked.

A collector asks and judges nothing. Each can be run alone; ``collect.collect`` runs them all.
"""
