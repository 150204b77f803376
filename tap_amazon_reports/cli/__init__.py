"""The second command, `amazon-reports`: what one does by hand, beside the runs.

One file for each group of commands. It knows the settings and the life of a report, and
neither streams nor Singer.
"""
