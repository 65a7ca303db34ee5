"""The Monday mail: who gets it, when it is due, and one letter each, whatever is killed meanwhile."""
