"""What `doctor` looks at through ports: the wallet, the cameras."""
