"""Uploads: hostile files are refused or made harmless, ordinary ones come through unharmed."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from portal.lib import files
from portal.lib.uploads import BadUpload, Checked, check_upload, clean_name, serve
from portal.signing import adapter, unit_signer
from tests.portal import hostile


def check(data: bytes, name: str, content_type: str = "application/octet-stream") -> Checked:
    return check_upload(SimpleUploadedFile(name, data, content_type=content_type))


REFUSED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("empty", "a.pdf", lambda: b""),
    ("html as pdf", "a.pdf", lambda: b"<!doctype html><script>alert(1)</script>"),
    ("svg with script", "a.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    ("svg as png", "a.png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("gif with script", "a.gif", lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"),
    ("gif as jpg", "a.jpg", lambda: b"GIF89a" + b"\0" * 50),
    ("eicar", "a.pdf", lambda: hostile.EICAR),
    ("program as pdf", "a.pdf", lambda: b"MZ" + b"\0" * 200),
    ("zip", "a.zip", hostile.zipped),
    ("zip slip as docx", "a.docx", lambda: hostile.zipped("../../../etc/cron.d/x")),
    ("docx with macro", "a.docx", lambda: hostile.zipped("word/vbaProject.bin")),
    ("pdf named exe", "a.exe", hostile.plain_pdf),
    ("pdf named jpg", "a.jpg", hostile.plain_pdf),
    ("double extension", "giay.pdf.exe", hostile.plain_pdf),
    ("extension hidden by RTL override", "giay\u202efdp.exe", hostile.plain_pdf),
    ("png named pdf", "a.pdf", hostile.png),
    ("truncated pdf", "a.pdf", lambda: b"%PDF-1.7\n1 0 obj\n<<"),
    ("pdf that is html", "a.pdf", lambda: b"%PDF-1.4\n<html><script>alert(1)</script></html>"),
    (
        "password",
        "a.pdf",
        lambda: hostile.plain_pdf(encryption=pikepdf.Encryption(owner="o", user="u")),
    ),
    (
        "owner password only",
        "a.pdf",
        lambda: hostile.plain_pdf(encryption=pikepdf.Encryption(owner="o", user="")),
    ),
    ("pdf bomb", "a.pdf", hostile.pdf_bomb),
    ("pdf deflated twice", "a.pdf", hostile.twice_deflated),
    ("no page", "a.pdf", lambda: hostile.saved(pikepdf.new())),
    ("truncated jpg", "a.jpg", lambda: hostile.jpeg((400, 400))[:-200]),
    ("jpg of one marker", "a.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 100),
    ("jpg pixel flood", "a.jpg", lambda: hostile.jpeg_claiming(50_000, 50_000)),
    ("jpg scan flood", "a.jpg", hostile.jpeg_of_many_scans),
    ("png pixel flood", "a.png", lambda: hostile.png_claiming(50_000, 50_000, b"\0" * 100)),
    ("png more pixels than promised", "a.png", lambda: hostile.png_claiming(10, 10, b"\0" * 10_000_000)),
    ("png fewer pixels than promised", "a.png", lambda: hostile.png_claiming(1000, 1000, b"\0" * 100)),
    ("png with broken checksum", "a.png", lambda: hostile.png()[:-20] + b"\0" * 20),
    ("png cut", "a.png", lambda: hostile.png()[:-30]),
    ("heic", "a.heic", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50),
]


@pytest.mark.parametrize(("name", "build"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_with_a_reason(name: str, build: Callable[[], bytes]) -> None:
    with pytest.raises(BadUpload) as refusal:
        check(build(), name, "application/pdf")

    assert len(str(refusal.value.message)) > 20


def test_the_reason_is_in_the_readers_language() -> None:
    with translation.override("vi"), pytest.raises(BadUpload, match="Tệp rỗng"):
        check(b"", "a.pdf")
    with translation.override("en"), pytest.raises(BadUpload, match="empty"):
        check(b"", "a.pdf")


def test_one_byte_over_the_limit_is_refused(settings: Any) -> None:
    data = hostile.png()
    settings.UPLOAD_MAX_BYTES = len(data)
    assert check(data, "a.png").size <= len(data)

    settings.UPLOAD_MAX_BYTES = len(data) - 1
    with pytest.raises(BadUpload):
        check(data, "a.png")


DISARMED: list[tuple[str, Callable[[pikepdf.Pdf], None], list[bytes]]] = [
    ("script on opening", hostile.open_script, [b"alert", b"/JavaScript"]),
    ("script on a page", hostile.page_script, [b"alert", b"/JavaScript"]),
    ("named script", hostile.named_script, [b"alert", b"/JavaScript"]),
    ("launch with script behind it", hostile.launch, [b"/Launch", b"alert"]),
    ("script link", hostile.script_link, [b"/S /URI"]),
    ("embedded program", hostile.embedded_file, [b"EICAR", b"/EmbeddedFiles"]),
    ("attached program", hostile.attached_annotation, [b"/FileAttachment", b"MZ"]),
    ("form that sends itself away", hostile.submit_form, [b"/SubmitForm", b"/XFA"]),
]


@pytest.mark.parametrize(
    ("arm", "forbidden"), [row[1:] for row in DISARMED], ids=[row[0] for row in DISARMED]
)
def test_acting_content_of_a_pdf_is_taken_out(
    arm: Callable[[pikepdf.Pdf], None], forbidden: list[bytes]
) -> None:
    armed = hostile.plain_pdf(arm)
    assert any(word in _written_out(armed) for word in forbidden)

    cleaned = check(armed, "a.pdf").content

    text = _written_out(cleaned)
    assert not [word for word in forbidden if word in text]
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        assert len(pdf.pages) == 1


def _written_out(data: bytes) -> bytes:
    """The document with every object and stream in clear text."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return hostile.saved(
            pdf,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        )


def test_harmless_links_stay() -> None:
    def web_link(pdf: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.vn/"))
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])

    assert b"https://example.vn/" in _written_out(check(hostile.plain_pdf(web_link), "a.pdf").content)


@pytest.mark.parametrize("tail", [hostile.zipped(), b"<script>alert(1)</script>", b"MZ" + b"\0" * 50])
def test_bytes_behind_a_pdf_go(tail: bytes) -> None:
    cleaned = check(hostile.plain_pdf() + tail, "a.pdf").content

    assert tail not in cleaned
    assert cleaned.rstrip().endswith(b"%%EOF")


def signed_pdf(data: bytes) -> bytes:
    return adapter().sign_pdf(data, unit_signer("t", "Đơn vị"), reason="thử", location="Hà Nội")


def test_a_signed_pdf_is_kept_byte_for_byte() -> None:
    data = signed_pdf(hostile.plain_pdf())

    assert check(data, "a.pdf").content == data


@pytest.mark.parametrize("spoil", [lambda data: data + b"<script>", lambda data: data + hostile.zipped()])
def test_a_signed_pdf_with_foreign_bytes_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadUpload):
        check(spoil(signed_pdf(hostile.plain_pdf())), "a.pdf")


def test_a_signed_pdf_with_a_script_is_refused() -> None:
    with pytest.raises(BadUpload):
        check(signed_pdf(hostile.plain_pdf(hostile.open_script)), "a.pdf")


def test_a_jpg_loses_place_and_comment_but_keeps_pixels_and_orientation() -> None:
    data = hostile.gps_jpeg(orientation=6)
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)

    cleaned = check(data, "anh.JPEG").content

    image, before = Image.open(io.BytesIO(cleaned)), Image.open(io.BytesIO(data))
    assert dict(image.getexif()) == {0x0112: 6}
    assert "comment" not in image.info
    assert image.tobytes() == before.tobytes()
    assert b"script" not in cleaned
    assert b"dien thoai" not in cleaned


def test_bytes_behind_a_jpg_go() -> None:
    cleaned = check(hostile.jpeg() + hostile.zipped(), "a.jpg").content

    assert cleaned.endswith(b"\xff\xd9")
    assert b"PK\x03\x04" not in cleaned


def test_a_png_loses_text_and_tail_but_keeps_pixels() -> None:
    data = hostile.png_with_text() + hostile.zipped()

    cleaned = check(data, "a.png").content

    assert Image.open(io.BytesIO(cleaned)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert b"script" not in cleaned
    assert b"PK\x03\x04" not in cleaned


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_comes_through(mode: str) -> None:
    assert Image.open(io.BytesIO(check(hostile.png((33, 17), mode), "a.png").content)).size == (33, 17)


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"quality": 100, "subsampling": 0}, {"dpi": (300, 300)}]
)
def test_every_kind_of_jpg_comes_through(options: dict[str, Any]) -> None:
    data = hostile.jpeg((200, 100), **options)

    assert (
        Image.open(io.BytesIO(check(data, "a.jpg").content)).tobytes()
        == Image.open(io.BytesIO(data)).tobytes()
    )


def test_a_pdf_sent_again_a_second_later_is_the_same_file() -> None:
    """A saved PDF bears an identifier; made from the time it would make every sending another file."""
    data = hostile.plain_pdf()
    first = check(data, "a.pdf").content
    time.sleep(1.1)  # the identifier counts seconds
    assert check(data, "a.pdf").content == first


def test_the_same_file_twice_is_stored_once() -> None:
    first, second = (files.put(check(hostile.png(), name).content) for name in ("a.png", "b.png"))

    assert first == second


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("giấy khai sinh.pdf", "giấy khai sinh.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\An\\CCCD mặt trước.PDF", "CCCD mặt trước.pdf"),
        ("/tuyệt/đối.pdf", "đối.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("giay\u202egnp.pdf", "giaygnp.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("dòng\r\nmới.pdf", "dòngmới.pdf"),
        ("giay.exe.pdf", "giay_exe.pdf"),
        ('a"b<c>:d|e?f*.pdf', "a_b_c_d_e_f.pdf"),
        ("CON.pdf", "tep-CON.pdf"),
        (".pdf", "pdf.pdf"),
        ("", "tep.pdf"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
        ("khong-duoi", "khong-duoi.pdf"),
        ("Giâ\u0301y.pdf", "Giấy.pdf"),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name, "application/pdf") == clean


def test_served_as_a_download_nothing_can_run_in() -> None:
    stored = files.put(hostile.plain_pdf())

    response = serve(stored.sha256, 'giấy "khai" sinh.pdf', "application/pdf")

    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''gi%E1%BA%A5y%20%22khai%22"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
