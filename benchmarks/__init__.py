"""The numbers that the program promises, measured as ratios in one run: `make bench`.

Nothing here is a test: a machine that is busy with something else gives other numbers.
"""
