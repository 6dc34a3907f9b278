"""The filters that the networks in ``models/`` learned. They go when networks of the redrawn filters ship."""
