"""The one training loop, and what makes it fast or lets it resume."""
