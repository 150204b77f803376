"""A Singer tap for the reports that Amazon hands to those who sell through it."""
