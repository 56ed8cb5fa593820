"""Draw more synthetic rows than fit into memory, with several processes or machines."""

from .._resending import resending
from .._tables.memmap import write_memmap
from ._frames import sample_frame
from ._parquet import sample_files

__all__ = ["resending", "sample_files", "sample_frame", "write_memmap"]
