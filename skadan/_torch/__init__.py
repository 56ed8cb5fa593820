"""The floor: what torch needs to be told, and its linear product."""
