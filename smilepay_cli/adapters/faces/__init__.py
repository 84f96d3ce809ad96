"""Face engines: the only code that knows dlib."""
