"""Mappings are refused at the column that is wrong, and read cells exactly."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reconciliation.cells import Reader, Record, Unreadable, figures
from domain.reconciliation.clock_faces import Skipped, instants, reader_of
from domain.reconciliation.errors import FileUnreadable, MappingInvalid
from domain.reconciliation.mapping import FieldName, Mapping, Signs, Tolerances, from_json, to_json
from domain.reconciliation.previewing import preview
from domain.reconciliation.sources import MOST_COLUMNS, opened, transcoded
from domain.reconciliation.words import FileFormat, Reason, RecordKind
from tests.builders.partner_files import mapping

COLUMNS = {FieldName.REFERENCE: "no", FieldName.OCCURRED_AT: "at", FieldName.POINTS: "p", FieldName.AMOUNT: "eur"}
LINE = "no,at,p,eur\nA1,2026-11-03T10:00:00+02:00,10,12.50\n"


def plain(**changes: Any) -> Mapping:
    return Mapping(**{"columns": COLUMNS, "kind": RecordKind.PURCHASE} | changes)


def read(content: str | bytes, how: Mapping, currency: str = "EUR") -> list[Record]:
    data = content.encode() if isinstance(content, str) else content
    if how.format is not FileFormat.PARQUET:
        data = transcoded(data, how.encoding)
    reader = Reader(how, currency=currency)
    return [reader.of(row.row, row.cells) for row in opened(io.BytesIO(data), how).rows()]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"columns": {FieldName.POINTS: "p", FieldName.REFERENCE: "no"}}, ("columns", "occurred_at")),
        ({"columns": {FieldName.OCCURRED_AT: "at", FieldName.REFERENCE: "no"}}, ("columns", "points")),
        ({"columns": {FieldName.OCCURRED_AT: "at", FieldName.POINTS: "p"}}, ("columns", "reference")),
        ({"has_names": False}, ("columns", "reference")),
        ({"kind": None}, ("kind",)),
        ({"encoding": "utf-99"}, ("encoding",)),
        ({"delimiter": ""}, ("delimiter",)),
        ({"decimal_sign": ",", "thousands_sign": ","}, ("thousands_sign",)),
        ({"time_zone": "Europe/Rigga"}, ("time_zone",)),
        ({"time_zone": "../../etc/passwd"}, ("time_zone",)),
        ({"time_format": "%d.%m %H:%M"}, ("time_format",)),
        ({"time_format": "%d.%m.%Y %I:%M"}, ("time_format",)),
        ({"header_rows": -1}, ("header_rows",)),
    ],
)
def test_a_mapping_is_refused_where_it_is_wrong(changes: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(MappingInvalid) as refused:
        plain(**changes)
    assert refused.value.path == path


def test_a_mapping_is_kept_and_read_again_as_it_was() -> None:
    for one in (plain(), mapping(signs=Signs.NONE, tolerances=Tolerances(amount=2, seconds=0))):
        assert from_json(to_json(one)) == one
    with pytest.raises(MappingInvalid, match="no 'colums'"):
        from_json({"colums": {}})
    with pytest.raises(MappingInvalid) as refused:
        from_json({"columns": {"when": "at"}})
    assert refused.value.path == ("columns",)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([(".", ""), (",", "."), (",", " "), (".", "'")]))
def test_figures_are_read_to_the_digit_in_any_dress(amount: Decimal, signs: tuple[str, str]) -> None:
    point, apart = signs
    written = f"{amount:,.2f}".translate({ord(","): apart or None, ord("."): point})
    number = figures(point, apart)
    assert number(FieldName.AMOUNT, written) == amount
    if amount < 0:
        assert number(FieldName.AMOUNT, f"({written.removeprefix('-')})") == amount
        assert number(FieldName.AMOUNT, f"{written.removeprefix('-')}-") == amount


@pytest.mark.parametrize(
    "written", ["", "1.2.3", "1,5", "--1", "(1", "-(1)", "1e5", "NaN", "٣", "=1+1", "1 000", "0x10"]
)
def test_what_is_no_figure_is_none(written: str) -> None:
    with pytest.raises(Unreadable):
        figures(".", "")(FieldName.AMOUNT, written)


def test_a_binary_fraction_is_what_its_shortest_digits_say() -> None:
    assert figures(".", "")(FieldName.AMOUNT, 0.1) == Decimal("0.1")
    assert figures(",", ".")(FieldName.AMOUNT, 1234.5) == Decimal("1234.5")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%d.%m.%Y %H:%M:%S", "03.11.2026 10:00:00"),
        ("%m/%d/%y %I:%M %p", "11/3/26 10:00 AM"),
        ("%Y%m%d%H%M", "202611031000"),
        ("ISO", "2026-11-03T10:00:00"),
        ("ISO", "2026-11-03 08:00:00+00:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-11-03T09:00:00+0100"),
        ("EPOCH", "1793692800"),
        ("EPOCH_MILLIS", "1793692800000"),
    ],
)
def test_times_are_read_in_the_mappings_form_and_zone(form: str, written: str) -> None:
    how = plain(time_format=form, time_zone="Europe/Riga")
    (record,) = read(f"no,at,p,eur\nA1,{written},10,12.50\n", how)
    assert record.occurred_at == datetime(2026, 11, 3, 8, tzinfo=UTC), record.detail


def test_an_hour_that_passes_twice_has_two_readings_and_one_that_is_skipped_none() -> None:
    zone = plain(time_zone="Europe/Riga").zone
    twice = reader_of("ISO")("2026-10-25T03:30:00")
    assert instants(twice, zone) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    with pytest.raises(Skipped):
        instants(reader_of("ISO")("2026-03-29T03:30:00"), zone)


@pytest.mark.parametrize(
    ("row", "reason", "cell"),
    [
        ("A1,,10,12.50", Reason.CELL_EMPTY, "occurred_at"),
        ("A1,2026-13-03T10:00:00Z,10,12.50", Reason.NOT_A_TIME, "occurred_at"),
        ("A1,2026-11-03T10:00:00Z,1.5,12.50", Reason.NOT_A_NUMBER, "points"),
        ("A1,2026-11-03T10:00:00Z,,12.50", Reason.CELL_EMPTY, "points"),
        ("A1,2026-11-03T10:00:00Z,10,12.505", Reason.TOO_MANY_DECIMALS, "amount"),
        ("A1,2026-11-03T10:00:00Z,10,twelve", Reason.NOT_A_NUMBER, "amount"),
        ("A1,2026-11-03T10:00:00Z,99999999999999999999,1", Reason.NOT_A_NUMBER, "points"),
        ("A\x01B,2026-11-03T10:00:00Z,10,12.50", Reason.TEXT, "reference"),
        ("A\0B,2026-11-03T10:00:00Z,10,12.50", Reason.TEXT, "reference"),
        ("x" * 65 + ",2026-11-03T10:00:00Z,10,12.50", Reason.TEXT, "reference"),
        ('"A1,2026-11-03T10:00:00Z,10,12.50', Reason.ROW_BROKEN, None),
        ("x" * 70_000, Reason.ROW_BROKEN, None),
        ("A1", Reason.CELL_EMPTY, "points"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_row_that_cannot_be_read_is_rejected_by_row_and_column_and_the_next_is_read(
    row: str, reason: Reason, cell: str | None
) -> None:
    rejected, good = read(f"{LINE.splitlines()[0]}\n{row}\n{LINE.splitlines()[1]}\n", plain())
    assert (rejected.row, rejected.reason, rejected.cell) == (2, reason, cell)
    assert (good.row, good.reason, good.amount, good.points) == (3, None, 1250, 10)


def test_a_row_without_a_number_or_an_outlet_is_read() -> None:
    how = plain(columns=COLUMNS | {FieldName.OUTLET: "shop"})
    (record,) = read("no,at,p,eur,shop\n,2026-11-03T10:00:00Z,-10,,\n", how)
    assert (record.reason, record.reference, record.outlet_code, record.points) == (None, None, None, -10)


def test_signs_kinds_and_currencies_are_brought_to_the_ledgers_view() -> None:
    columns = COLUMNS | {FieldName.KIND: "what", FieldName.CURRENCY: "cur"}
    kinds = {"SALE": RecordKind.PURCHASE, "BACK": RecordKind.RETURN, "SPENT": RecordKind.REDEMPTION}
    text = "no,at,p,eur,what,cur\n" + "".join(
        f"A,2026-11-03T10:00:00Z,5,2.00,{word},{currency}\n"
        for word, currency in (("SALE", "EUR"), ("BACK", "EUR"), ("SPENT", "EUR"), ("GIFT", "EUR"), ("SALE", "USD"))
    )
    how = Mapping(columns=columns, kinds=kinds, signs=Signs.NONE)
    sale, back, spent, gift, dollars = read(text, how)
    assert [(one.points, one.amount) for one in (sale, back, spent)] == [(5, 200), (-5, -200), (-5, None)]
    assert (gift.reason, gift.cell) == (Reason.KIND_UNKNOWN, "kind")
    assert (dollars.reason, dollars.cell) == (Reason.CURRENCY, "currency")


def test_text_of_another_encoding_is_read_and_of_the_wrong_one_rejected() -> None:
    text = "no;at;p;eur\nĀ1;2026-11-03T10:00:00Z;10;12,50\n"
    how = plain(encoding="cp1257", delimiter=";", decimal_sign=",")
    assert read(text.encode("cp1257"), how)[0].reference == "Ā1"
    (wrong,) = read(text.encode("cp1257"), plain(delimiter=";", decimal_sign=","))
    assert (wrong.reason, wrong.cell) == (Reason.TEXT, "reference")
    assert read(text.encode("utf-16"), plain(encoding="utf-16", delimiter=";", decimal_sign=","))[0].reference == "Ā1"
    assert read(b"\xef\xbb\xbf" + LINE.encode(), plain())[0].reference == "A1"


def test_a_row_may_go_over_lines_within_quotes() -> None:
    first = 'A1,2026-11-03T10:00:00Z,10,12.50,"two\r\nlines, ""quoted"""'
    text = f"no,at,p,eur,note\n{first}\nA2,2026-11-03T10:00:00Z,1,1.00,x\n"
    assert [one.reference for one in read(text, plain())] == ["A1", "A2"]


def test_reading_goes_on_from_any_row() -> None:
    text = transcoded(
        ("no,at,p,eur\n" + "".join(f"A{n},2026-11-03T10:00:00Z,1,{n}.00\n" for n in range(9))).encode(), "utf-8"
    )
    every = list(opened(io.BytesIO(text), plain()).rows())
    for place in range(len(every)):
        there = every[place]
        rest = list(opened(io.BytesIO(text), plain(), position=there.position, next_row=there.row + 1).rows())
        assert rest == every[place + 1 :]


def test_a_header_a_trailer_and_their_totals_are_read() -> None:
    text = "HDR,7\nno,at,p,eur\n" + LINE.splitlines()[1] + "\nTRL,1,12.50\n"
    totals = {"sequence": {"place": "HEADER", "cell": 2}, "rows": {"place": "TRAILER", "cell": 2}}
    how = from_json(to_json(plain(header_rows=1, trailer_rows=1)) | {"totals": totals})
    source = opened(io.BytesIO(text.encode()), how)
    assert len(list(source.rows())) == 1
    assert source.told == {"sequence": "7", "rows": "1"}


def test_parquet_is_read_by_its_types_and_from_any_row() -> None:
    table = pa.table(
        {
            "no": ["A1", "A2", "A3"],
            "at": pa.array([datetime(2026, 11, 3, 8, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC")),
            "p": [10, 20, None],
            "eur": [12.5, 0.1, 3.0],
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=2)
    how = plain(format=FileFormat.PARQUET)
    first, second, third = read(out.getvalue(), how)
    assert (first.reference, first.points, first.amount) == ("A1", 10, 1250)
    assert (second.amount, third.reason) == (10, Reason.CELL_EMPTY)
    assert [row.row for row in opened(io.BytesIO(out.getvalue()), how, position=2).rows()] == [3]


def test_json_lines_are_read_exactly() -> None:
    lines = '{"no": "A1", "at": "2026-11-03T10:00:00Z", "p": 10, "eur": 0.1}\n[1]\n{\n\n{"no": null}\n'
    how = plain(format=FileFormat.JSON_LINES)
    good, array, broken, empty = read(lines, how)
    assert (good.amount, good.row) == (10, 1)
    assert {array.reason, broken.reason} == {Reason.ROW_BROKEN}
    assert (empty.row, empty.reason) == (5, Reason.CELL_EMPTY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no,at,p\nA1,2026-11-03T10:00:00Z,10\n",
        b"no,no,at,p,eur\n",
        ",".join(map(str, range(MOST_COLUMNS + 1))).encode() + b"\n",
        ",".join(map(str, range(10**6))).encode() + b"\n",
        b"\0" * 200_000,
    ],
    ids=["empty", "lacking", "twice", "wide", "endless", "zeros"],
)
def test_a_file_that_is_something_else_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read(content, plain())


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", LINE.encode()])
def test_what_is_no_parquet_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read(content, plain(format=FileFormat.PARQUET))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for form in FileFormat:
        try:
            records = read(b"no,at,p,eur\n" + content if form is FileFormat.CSV else content, plain(format=form))
        except FileUnreadable:
            continue
        assert all(one.reason is not None or one.occurred_at for one in records)


def test_a_preview_shows_the_first_rows_as_they_would_be_read() -> None:
    found = preview((LINE + "A2,soon,1,1.00\n").encode(), plain(), currency="EUR")
    assert [(one.reference, one.reason) for one in found.records] == [("A1", None), ("A2", Reason.NOT_A_TIME)]
    assert found.rejected == 1
