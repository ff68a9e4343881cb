"""What cannot be counted anew, into files and back: topics that scoring does not write, and what stores alone know (decision 0042)."""
