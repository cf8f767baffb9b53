"""Methods tried and benchmarks that no command of the project needs."""
