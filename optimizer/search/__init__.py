"""The search behind ``solve``: construction, improvement, schedules."""
