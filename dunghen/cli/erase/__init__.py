"""Taking a dossier out of everything that the system keeps (law 91/2025/QH15, `docs/privacy.md`)."""
