"""How much input is read before it is refused: guards against bombs and mistakes, far above real networks."""

from __future__ import annotations

MEGABYTE = 1_000_000

#: A CSV file or workbook larger than this is refused without being read.
MAX_FILE_BYTES = 100 * MEGABYTE
#: Size of everything inside a workbook, once unpacked.
MAX_UNPACKED_BYTES = 200 * MEGABYTE
#: Unpacked over packed size of a workbook; the densest real ones stay below 100.
MAX_PACK_RATIO = 200
#: Rows of one sheet; a sheet of Excel has no more either.
MAX_ROWS = 1_048_576
#: Cells between the first and the last used row and column of a worksheet: the reader holds them all.
MAX_SHEET_CELLS = 20_000_000
#: Places of a travel matrix; two int32 squares of this side take 512 MB.
MAX_TRAVEL_PLACES = 8_000
#: Findings of one code kept per sheet; one more tells how many there were.
MAX_FINDINGS_PER_CODE = 200
#: Characters of a cell that a finding repeats.
MAX_SHOWN_CHARACTERS = 60
