"""What the standard library raises on damaged zip files."""

import lzma
import struct
import zipfile
import zlib
from typing import Final

ZIP_TROUBLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    # an unknown compression, an encrypted part
    NotImplementedError,
    RuntimeError,
)
