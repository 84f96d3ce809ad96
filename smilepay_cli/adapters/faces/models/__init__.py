"""Models of the fast engine: built once per machine from dlib's weight files, kept in a cache, checked at load."""
