"""Catchments: which people are served where, in whole people that add up exactly."""
