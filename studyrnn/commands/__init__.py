"""One file a command. Here, and only here, the clock, the environment and the disk are asked."""
