"""Providers of road metres and seconds; each satisfies the travel protocol of the optimiser structurally."""
