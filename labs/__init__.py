"""Experimental methods, simulations and benchmarks that no command of the project needs."""
