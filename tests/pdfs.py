"""PDF files made for tests."""

import io

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def a_pdf(text: str, pages: int = 1) -> bytes:
    """So many pages with one line each."""
    return a_pdf_of(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode(), pages)


def a_bomb(operators: int) -> bytes:
    """A page of some kilobytes that draws a letter so many times: a second and 100 MB for about 100,000 of them."""
    return a_pdf_of(b"BT /F1 12 Tf 20 200 Td " + b"(a) Tj\n" * operators + b"ET")


def a_pdf_of(content: bytes, pages: int = 1) -> bytes:
    """Pages that draw what these operators say."""
    writer = PdfWriter()
    font = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
         NameObject("/BaseFont"): NameObject("/Helvetica")}
    )  # fmt: skip
    for _ in range(pages):
        page = writer.add_blank_page(300, 300)
        stream = DecodedStreamObject()
        stream.set_data(content)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})  # noqa: SLF001 (no public way)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())  # noqa: SLF001 (no public way)
    writer.add_metadata({"/Title": "Harbour plan"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
