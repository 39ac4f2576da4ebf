"""What ``gvma status`` and ``gvma explain`` say of a site on real servers, against what was done to it."""
