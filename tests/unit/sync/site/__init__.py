"""What a sync finds on a site: its own lines, lost or changed markers, messages, what an earlier gvma left."""
