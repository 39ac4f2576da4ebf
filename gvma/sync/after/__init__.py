"""What a run leaves when it has written: records, the history, figures, and the commands of the site."""
