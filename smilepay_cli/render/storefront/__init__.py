"""The shop on a terminal. It shows and picks; who pays what is decided by the verbs, after it has left the screen."""
