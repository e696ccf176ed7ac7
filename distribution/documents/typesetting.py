"""Typeset a packaged template with data into a PDF, with fonts of a search path and nothing of the system's."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import typst

from distribution.domain.errors import UnavailableError
from distribution.messages import Locale

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_FAMILY = "DejaVu Sans"


@dataclass(frozen=True, slots=True)
class FontSettings:
    """Folders that fonts are looked for in, and the family that documents are set in."""

    paths: tuple[str, ...]
    family: str = DEFAULT_FAMILY


def read_font_settings(environ: Mapping[str, str] = os.environ) -> FontSettings:
    """Read ``TAAVON_FONT_PATHS`` (folders, separated as in PATH) and ``TAAVON_FONT_FAMILY``.

    By default documents are set in the DejaVu Sans that is shipped inside matplotlib's wheel.
    """
    given = tuple(path for path in environ.get("TAAVON_FONT_PATHS", "").split(os.pathsep) if path)
    return FontSettings(given or _shipped_fonts(), environ.get("TAAVON_FONT_FAMILY") or DEFAULT_FAMILY)


def _shipped_fonts() -> tuple[str, ...]:
    spec = find_spec("matplotlib")  # found, not imported: the import costs more than a page
    if spec is None or spec.origin is None:
        return ()
    return (str(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"),)


@cache
def _load_fonts(paths: tuple[str, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(paths))


def require_fonts(settings: FontSettings) -> typst.Fonts:
    """Load the fonts of the search path.

    Raises
    ------
    UnavailableError
        ``font_missing`` if no folder holds the family.
    """
    fonts = _load_fonts(settings.paths)
    if settings.family.casefold() not in {family.casefold() for family in fonts.families()}:
        raise UnavailableError("font_missing", family=settings.family, paths=os.pathsep.join(settings.paths))
    return fonts


def render_pdf(
    template: str, data: Mapping[str, object], locale: Locale, settings: FontSettings | None = None
) -> bytes:
    """Typeset a template with data; the same data gives the same bytes.

    The data reaches the template as JSON, so no text in it is ever read as markup, and the template neither
    opens files nor asks the clock.

    Raises
    ------
    UnavailableError
        ``font_missing`` if the font is not there, ``pdf_failed`` if the typesetter refuses the template.
    """
    return _typeset(template, data, locale, settings, "pdf")[0]


def render_svgs(
    template: str, data: Mapping[str, object], locale: Locale, settings: FontSettings | None = None
) -> tuple[bytes, ...]:
    """Typeset a template with data as a drawing for each page, its letters as outlines: no reader needs the font.

    Raises
    ------
    UnavailableError
        As :func:`render_pdf`.
    """
    return _typeset(template, data, locale, settings, "svg")


def _typeset(
    template: str,
    data: Mapping[str, object],
    locale: Locale,
    settings: FontSettings | None,
    file_format: Literal["pdf", "svg"],
) -> tuple[bytes, ...]:
    settings = settings or read_font_settings()
    page = {
        "family": settings.family,
        "lang": locale,
        "rtl": locale == "fa",
        "page_pattern": "۱" if locale == "fa" else "1",
    }
    compiler = typst.Compiler(root=TEMPLATES, font_paths=require_fonts(settings), ignore_system_fonts=True)
    try:
        made = compiler.compile(
            input=TEMPLATES / template,
            format=file_format,
            sys_inputs={"data": json.dumps(page | dict(data), ensure_ascii=False)},
        )
    except typst.TypstError as error:
        raise UnavailableError("pdf_failed", detail=error.message) from error
    pages = (made,) if isinstance(made, bytes) else tuple(made or ())
    if not pages:
        raise UnavailableError("pdf_failed", detail="the typesetter returned no document")
    return pages
