"""The live feed as signed POSTs to an address: in order, each at least once, across restarts and outages."""
