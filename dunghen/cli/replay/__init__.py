"""`dunghen replay`: real dossiers or an event log from a file, over HTTP to ingest, in chunks, resumable."""
