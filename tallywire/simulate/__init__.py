"""The night as a simulation: thousands of volunteers with phones, over HTTP, against any server."""
