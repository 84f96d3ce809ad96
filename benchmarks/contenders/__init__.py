"""What is measured, each in a child of its own (worker.py). Operations take and return what JSON can say."""
