"""Compute the gradients of ADAN and WADAN by hand, which is faster than autograd.

The networks of the latent space are so small that autograd's bookkeeping takes longer than their
matrix products. Nothing here changes what is trained: before a training starts, `gradients_of`
compares each turn with autograd on the readable loss.
"""
