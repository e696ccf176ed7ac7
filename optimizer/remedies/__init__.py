"""What would let those who wait be served: changes of a problem, and what each costs."""
