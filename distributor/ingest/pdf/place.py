"""From the coordinates of a PDF page to points from the upper left corner, in the direction the text runs."""

import ctypes
import math
from typing import Final

import pypdfium2.raw as pdfium

from distributor.model.lines import PageSize

# text that leans less than this against a direction still runs in it, in degrees
_LEAN: Final = 6.0
_QUARTER: Final = 90.0
_FAR: Final = 1000
_FINE: Final = 1000


class Placer:
    """Turns page coordinates into points from the upper left corner of the page as it is displayed."""

    def __init__(self, page: pdfium.FPDF_PAGE) -> None:
        self.width = max(pdfium.FPDF_GetPageWidthF(page), 1.0)
        self.height = max(pdfium.FPDF_GetPageHeightF(page), 1.0)
        self._page = page
        self._zero = self._device(0, 0)
        right, up = self._device(_FAR, 0), self._device(0, _FAR)
        self._x = ((right[0] - self._zero[0]) / _FAR, (right[1] - self._zero[1]) / _FAR)
        self._y = ((up[0] - self._zero[0]) / _FAR, (up[1] - self._zero[1]) / _FAR)

    def _device(self, x: float, y: float) -> tuple[float, float]:
        # the answer comes in whole device pixels, so a very large device is asked for
        left, top = ctypes.c_int(), ctypes.c_int()
        wide, high = round(self.width * _FINE), round(self.height * _FINE)
        pdfium.FPDF_PageToDevice(self._page, 0, 0, wide, high, 0, x, y, left, top)
        return left.value / _FINE, top.value / _FINE

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page, from its upper left corner."""
        return (
            self._zero[0] + x * self._x[0] + y * self._y[0],
            self._zero[1] + x * self._x[1] + y * self._y[1],
        )

    def direction(self, x: float, y: float) -> tuple[float, float]:
        """A direction of the page, with y pointing down."""
        return x * self._x[0] + y * self._y[0], x * self._x[1] + y * self._y[1]

    def turned_size(self, turned: int) -> PageSize:
        """Size of the page when it is turned by quarters so that its text runs from left to right."""
        return PageSize(self.height, self.width) if turned % 2 else PageSize(self.width, self.height)


def quarter(direction: tuple[float, float]) -> int | None:
    """Number of clockwise quarter turns text in a direction is set with; None when it is slanted."""
    angle = math.degrees(math.atan2(direction[1], direction[0])) % 360
    nearest = round(angle / _QUARTER)
    return nearest % 4 if abs(angle - nearest * _QUARTER) <= _LEAN else None


def turn(point: tuple[float, float], turned: int, width: float, height: float) -> tuple[float, float]:
    """A point after the page was turned back by quarter turns.

    Args:
        point: from the upper left corner, before.
        turned: clockwise quarter turns of the text.
        width: of the page before.
        height: of the page before.
    """
    x, y = point
    return ((x, y), (y, width - x), (width - x, height - y), (height - y, x))[turned]
