"""Every operation of every service, and every fault: what must become of a run."""
