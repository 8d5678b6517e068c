"""How files are read. No rule lives here."""
