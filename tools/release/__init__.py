"""`make release`: built, looked into, installed as users do, told what it is made of. See docs/releasing.md."""
