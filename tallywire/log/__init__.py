"""The public log over HTTP: head, tiles and entries as C2SP tlog-tiles has them, keys and definition beside."""
