"""Promises of the room `amazon`: tokens and signatures, with a scripted far side."""
