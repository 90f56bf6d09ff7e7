"""Speed on this machine, one file a question, as ratios in one run: `make bench`."""
