"""What tools/cluster is made of, one idea a file."""
