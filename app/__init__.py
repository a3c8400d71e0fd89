"""The dashboard of Latent Walk: pages that call `core` and show what it says."""
