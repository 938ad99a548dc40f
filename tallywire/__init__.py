"""What puts tallywire together: application, settings, command line, import, simulation."""
