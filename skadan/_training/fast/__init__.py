"""Train faster with the same result: gradients by hand, and CUDA graphs.

The networks of the latent space are so small that autograd's bookkeeping takes longer than their
matrix products. Nothing here changes what is trained: before a training starts, `checked_gradients`
compares each turn with autograd on the readable loss. `cuda_graph` replays iterations on a GPU.
"""
