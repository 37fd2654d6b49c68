"""What tools/fault-proxy is made of, one idea a file."""
