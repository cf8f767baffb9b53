"""Summary pages in other languages: sentences, numbers and dates filled from findings by tables."""
