"""How often the answers are right: parity with face_recognition, and error rates of the schemes."""
