"""Image orders as their vendors deliver them: what each file is, its scene, its pixels."""
