"""The textbook of Latent Walk: data, losses, models, training and the tools of latent space.

Read the files in this order: data, losses, models/layers, models/autoencoder, models/vae,
training, latent, sampling, evaluation, checkpoints. Nothing here knows of the dashboard.
"""
