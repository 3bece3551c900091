import zipfile
from io import BytesIO

import pytest

from distributor.errors import FileRefused
from distributor.ingest.docx import read_docx
from distributor.model.finding import Finding, Level
from distributor.model.lines import Align, Form, Line
from tests.support.word_files import archive, docx, paragraph, part, run, table

PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
REMEMBERED = "<w:r><w:lastRenderedPageBreak/></w:r>"
HIDDEN = "<w:vanish/>"
HIDING = f'<w:style w:type="{{}}" w:styleId="{{}}"><w:rPr>{HIDDEN}</w:rPr></w:style>'


def lines(body: str, **parts: str) -> list[Line]:
    return list(read_docx(docx(body, **parts)).lines)


def texts(body: str, **parts: str) -> list[str]:
    return [line.text for line in lines(body, **parts)]


def findings(body: str, code: str, **parts: str) -> list[Finding]:
    return [f for f in read_docx(docx(body, **parts)).findings if f.code == code]


def test_paragraphs_are_lines_with_their_own_number() -> None:
    read = lines(paragraph("联盟动态") + paragraph("") + paragraph(" 近日 "))
    assert [(line.number, line.text, line.paragraph) for line in read] == [
        (1, "联盟动态", 1),
        (2, "", 2),
        (3, " 近日 ", 3),
    ]


def test_a_soft_break_starts_a_line_of_the_same_paragraph() -> None:
    read = lines(paragraph(run("联盟动态") + "<w:r><w:br/></w:r>" + run("第二行") + "<w:r><w:cr/></w:r>" + run("三")))
    assert [(line.text, line.paragraph) for line in read] == [("联盟动态", 1), ("第二行", 1), ("三", 1)]


def test_tabs_hyphens_and_symbols_are_characters() -> None:
    content = "<w:r><w:t>编</w:t><w:tab/><w:ptab/><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t><w:softHyphen/></w:r>"
    symbols = '<w:r><w:sym w:font="Wingdings" w:char="F06C"/><w:sym w:char="x"/><w:sym w:char="FFFFFFFF"/></w:r>'
    assert texts(paragraph(content + symbols)) == ["编\t\tA-B●"]


def test_page_breaks_start_pages() -> None:
    body = paragraph("甲") + paragraph(PAGE_BREAK + run("乙")) + paragraph("丙", "<w:pageBreakBefore/>")
    assert [(line.text, line.page) for line in lines(body)] == [("甲", 1), ("乙", 2), ("丙", 3)]


def test_a_page_break_inside_a_paragraph_splits_its_line() -> None:
    read = lines(paragraph(run("甲") + PAGE_BREAK + run("乙")))
    assert [(line.text, line.page, line.paragraph) for line in read] == [("甲", 1, 1), ("乙", 2, 1)]


def test_a_break_word_remembers_is_no_second_break() -> None:
    body = paragraph(run("甲") + PAGE_BREAK + REMEMBERED + run("乙") + REMEMBERED + run("丙"))
    assert [(line.text, line.page) for line in lines(body)] == [("甲", 1), ("乙", 2), ("丙", 3)]


@pytest.mark.parametrize(("kind", "page"), [("", 2), ('<w:type w:val="continuous"/>', 1)])
def test_a_section_starts_a_page_unless_it_is_continuous(kind: str, page: int) -> None:
    body = paragraph("甲", "<w:sectPr/>") + paragraph("乙") + f"<w:sectPr>{kind}</w:sectPr>"
    assert [line.page for line in lines(body)] == [1, page]


def test_table_lines_know_their_cell() -> None:
    body = (
        paragraph("前") + table(("报：", paragraph("科技部") + paragraph("财政部")), ("送：", "各单位")) + table(("x",))
    )
    assert [(line.text, line.cell) for line in lines(body)] == [
        ("前", None),
        ("报：", (0, 0, 0)),
        ("科技部", (0, 0, 1)),
        ("财政部", (0, 0, 1)),
        ("送：", (0, 1, 0)),
        ("各单位", (0, 1, 1)),
        ("x", (1, 0, 0)),
    ]


def test_spans_count_as_columns_and_merged_cells_appear_once() -> None:
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph("宽") + "</w:tc>"
    first = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + paragraph("合") + "</w:tc>"
    more = "<w:tc><w:tcPr><w:vMerge/></w:tcPr>" + paragraph("续") + "</w:tc>"
    cell = "<w:tc>" + paragraph("右") + "</w:tc>"
    late = '<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>' + cell + "</w:tr>"
    body = f"<w:tbl><w:tr>{wide}{cell}</w:tr><w:tr>{first}{cell}</w:tr><w:tr>{more}{cell}</w:tr>{late}</w:tbl>"
    assert [(line.text, line.cell) for line in lines(body)] == [
        ("宽", (0, 0, 0)),
        ("右", (0, 0, 2)),
        ("合", (0, 1, 0)),
        ("右", (0, 1, 1)),
        ("右", (0, 2, 1)),
        ("右", (0, 3, 2)),
    ]


def test_rows_and_blocks_inside_content_controls_are_read() -> None:
    row = (
        "<w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent><w:tc>"
        + paragraph("格")
        + "</w:tc></w:sdtContent></w:sdt></w:tr>"
    )
    body = f"<w:sdt><w:sdtContent>{paragraph('控')}</w:sdtContent></w:sdt><w:tbl>{row}</w:sdtContent></w:sdt></w:tbl>"
    assert texts(body) == ["控", "格"]


def box(content: str) -> str:
    modern = f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
    old = f"<w:pict><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></w:pict>"
    inside = f'<mc:Choice Requires="wps">{modern}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
    return f"<w:r><mc:AlternateContent>{inside}</mc:AlternateContent></w:r>"


def test_a_text_box_is_read_once_and_marked() -> None:
    body = paragraph(box(paragraph("内部资料") + paragraph("第1期")) + run("正文"))
    assert [(line.text, line.boxed) for line in lines(body)] == [("内部资料", True), ("第1期", True), ("正文", False)]


def test_the_fallback_is_read_where_the_choice_has_no_words() -> None:
    alternatives = f"<mc:Choice><w:drawing/></mc:Choice><mc:Fallback>{run('乙')}</mc:Fallback>"
    assert texts(paragraph(f"<mc:AlternateContent>{alternatives}</mc:AlternateContent>" + run("丙"))) == ["乙丙"]
    assert texts(f"<mc:AlternateContent><mc:Fallback>{paragraph('块')}</mc:Fallback></mc:AlternateContent>") == ["块"]


def test_words_drawn_as_a_picture_are_read() -> None:
    art = '<w:r><w:pict><v:shape><v:textpath string="联盟简报"/><v:textpath string=" "/></v:shape></w:pict></w:r>'
    first = lines(paragraph(art) + paragraph("近日"))[0]
    assert (first.text, first.boxed) == ("联盟简报", True)


def test_fields_show_their_result_and_ruby_its_base() -> None:
    field = (
        '<w:r><w:instrText> PAGE </w:instrText></w:r><w:fldSimple w:instr="DATE">' + run("2023年") + "</w:fldSimple>"
    )
    ruby = "<w:r><w:ruby><w:rt>" + run("lián") + "</w:rt><w:rubyBase>" + run("联") + "</w:rubyBase></w:ruby></w:r>"
    math = "<m:oMath><m:r><m:t>x²</m:t></m:r></m:oMath>"
    assert texts(paragraph(field + ruby + math)) == ["2023年联x²"]


def test_deleted_and_moved_text_stays_out_and_inserted_text_stays() -> None:
    deleted = '<w:del w:id="1"><w:r><w:delText>旧</w:delText></w:r></w:del>'
    moved = '<w:moveFrom w:id="2">' + run("此处") + "</w:moveFrom>"
    added = '<w:ins w:id="3">' + run("新") + "</w:ins><w:moveTo>" + run("彼处") + "</w:moveTo>"
    body = paragraph(run("近日") + deleted + moved + added)
    assert texts(body) == ["近日新彼处"]
    [tracked] = findings(body, "tracked-changes")
    assert (tracked.level, tracked.parameters) == (Level.WARNING, {"deletions": "2", "insertions": "2"})


def test_deleted_blocks_and_rows_stay_out() -> None:
    row = "<w:tr><w:trPr><w:del/></w:trPr><w:tc>" + paragraph("旧") + "</w:tc></w:tr>"
    hidden = "<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>" + paragraph("藏") + "</w:tc></w:tr>"
    kept = "<w:tr><w:tc>" + paragraph("新") + "</w:tc></w:tr>"
    body = f"<w:del>{paragraph('旧段')}</w:del><w:tbl>{row}{hidden}{kept}</w:tbl><w:ins>{paragraph('新段')}</w:ins>"
    assert texts(body) == ["新", "新段"]
    assert findings(body, "hidden-text")[0].parameters == {"count": "1"}


def test_paragraphs_grow_together_where_the_mark_between_them_was_deleted() -> None:
    body = paragraph("联盟召开", '<w:rPr><w:del w:id="1"/></w:rPr>') + paragraph("会议")
    assert texts(body) == ["联盟召开会议"]


BASED = HIDING.format("paragraph", "P") + ('<w:style w:type="paragraph" w:styleId="Q"><w:basedOn w:val="P"/></w:style>')


def test_a_moved_paragraph_leaves_no_empty_line() -> None:
    moved = paragraph('<w:moveFrom w:id="1">' + run("走") + "</w:moveFrom>", '<w:rPr><w:moveFrom w:id="2"/></w:rPr>')
    assert texts(moved + paragraph("会议")) == ["会议"]


def test_a_deleted_mark_at_the_end_of_a_cell_joins_nothing() -> None:
    open_end = paragraph("甲", '<w:rPr><w:del w:id="1"/></w:rPr>')
    read = lines(table((open_end, "乙")) + open_end)
    assert [(line.text, line.cell) for line in read] == [("甲", (0, 0, 0)), ("乙", (0, 0, 1)), ("甲", None)]


@pytest.mark.parametrize(
    ("body", "styles"),
    [
        (paragraph(run("藏", HIDDEN) + run("近日")), ""),
        (paragraph(run("藏", '<w:rStyle w:val="H"/>') + run("近日")), HIDING.format("character", "H")),
        (paragraph("藏", '<w:pStyle w:val="P"/>') + paragraph("近日"), HIDING.format("paragraph", "P")),
        (paragraph("藏", '<w:pStyle w:val="Q"/>') + paragraph("近日"), BASED),
    ],
)
def test_hidden_text_stays_out_however_it_is_hidden(body: str, styles: str) -> None:
    assert [text for text in texts(body, styles=styles) if text] == ["近日"]
    [hidden] = findings(body, "hidden-text", styles=styles)
    assert (hidden.level, hidden.parameters) == (Level.WARNING, {"count": "1"})


def test_hiding_that_is_switched_off_hides_nothing() -> None:
    style = f'<w:style w:type="paragraph" w:styleId="P"><w:rPr>{HIDDEN}</w:rPr></w:style>'
    body = paragraph(run("近日", '<w:vanish w:val="0"/>'), '<w:pStyle w:val="P"/>')
    assert texts(body, styles=style) == ["近日"]


def test_comments_are_counted_and_left_out() -> None:
    body = paragraph(run("近日") + '<w:r><w:commentReference w:id="0"/></w:r>')
    assert texts(body) == ["近日"]
    [comments] = findings(body, "comments-left-out")
    assert (comments.level, comments.parameters) == (Level.INFO, {"count": "1"})


def test_macros_and_embedded_files_are_reported() -> None:
    extra = {"word/vbaProject.bin": b"x", "word/embeddings/oleObject1.bin": b"x"}
    relations = {"o": ("oleObject", "embeddings/oleObject1.bin"), "c": ("aFChunk", "chunk.html")}
    body = paragraph("近日") + '<w:altChunk r:id="c"/>'
    found = read_docx(docx(body, parts=extra, relations=relations)).findings
    assert [(f.code, f.level) for f in found] == [("macros", Level.WARNING), ("embedded-files", Level.WARNING)]
    assert found[1].parameters == {"count": "2"}


def test_headers_come_first_and_footers_last_each_once() -> None:
    reference = (
        '<w:sectPr><w:headerReference w:type="default" r:id="h1"/><w:headerReference w:type="first" r:id="h2"/>'
        '<w:footerReference w:type="default" r:id="f1"/><w:footerReference r:id="missing"/>{}</w:sectPr>'
    )
    parts = {
        "word/header1.xml": part("hdr", paragraph("联盟动态")),
        "word/header2.xml": part("hdr", paragraph("第1期") + paragraph("")),
        "word/footer1.xml": part("ftr", paragraph("— 1 —")),
    }
    relations = {
        "h1": ("header", "header1.xml"),
        "h2": ("header", "header2.xml"),
        "f1": ("footer", "/word/footer1.xml"),
    }
    body = paragraph("甲", reference.format("")) + paragraph("乙") + reference.format("<w:titlePg/>")
    read = read_docx(docx(body, parts=parts, relations=relations)).lines
    assert [(line.text, line.boxed) for line in read] == [
        ("联盟动态", True),
        ("第1期", True),
        ("甲", False),
        ("乙", False),
        ("— 1 —", True),
    ]


def test_footnotes_follow_the_text() -> None:
    body = paragraph(run("近日") + '<w:r><w:footnoteReference w:id="2"/><w:endnoteReference w:id="9"/></w:r>')
    note = '<w:footnote w:id="2">' + paragraph("注：数据来自统计局") + "</w:footnote>"
    parts = {"word/footnotes.xml": part("footnotes", '<w:footnote w:id="0"/>' + note)}
    read = read_docx(docx(body, parts=parts, relations={"n": ("footnotes", "footnotes.xml")})).lines
    assert [(line.text, line.boxed) for line in read] == [("近日", False), ("注：数据来自统计局", True)]


def test_looks_come_from_run_style_and_defaults() -> None:
    styles = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="21"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>'
        '<w:pPr><w:outlineLvl w:val="0"/><w:jc w:val="center"/></w:pPr>'
        '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>'
    )
    fonts = '<w:rFonts w:ascii="Arial" w:eastAsia="楷体"/>'
    body = paragraph("标题", '<w:pStyle w:val="1"/>') + paragraph(
        run("近日", fonts + '<w:sz w:val="28"/>') + run("AB", "<w:b/>")
    )
    first, second = lines(body + paragraph(run("AB", fonts), '<w:jc w:val="right"/>'), styles=styles)[:2]
    assert first.style is not None
    assert (first.style.size, first.style.bold, first.style.name) == (16.0, True, "heading 1")
    assert (first.style.outline, first.style.align) == (1, Align.CENTER)
    assert second.style is not None
    assert (second.style.size, second.style.bold, second.style.font) == (14.0, False, "楷体")
    third = lines(body + paragraph(run("AB", fonts), '<w:jc w:val="right"/>'), styles=styles)[2].style
    assert third is not None
    assert (third.size, third.font, third.align) == (10.5, "Arial", Align.RIGHT)


def test_bold_set_in_paragraph_and_character_style_cancels_out() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="P"><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="C"><w:rPr><w:b/></w:rPr></w:style>'
    )
    body = paragraph(run("近日", '<w:rStyle w:val="C"/>'), '<w:pStyle w:val="P"/>') + paragraph(
        "粗", '<w:pStyle w:val="P"/>'
    )
    assert [line.style.bold for line in lines(body, styles=styles) if line.style] == [False, True]


def test_styles_based_on_each_other_end() -> None:
    style = '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="{}"/><w:basedOn w:val="{}"/></w:style>'
    body = paragraph("近日", '<w:pStyle w:val="A"/>')
    [line] = lines(body, styles=style.format("A", "A", "B") + style.format("B", "B", "A"))
    assert line.style is not None
    assert line.style.name == "A"


def test_the_strict_variant_of_the_format_is_read() -> None:
    new, old = "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"
    files = {}
    with zipfile.ZipFile(BytesIO(docx(paragraph("近日")))) as package:
        for name in package.namelist():
            text = package.read(name).decode()
            text = text.replace(f"{new}wordprocessingml/2006/", f"{old}wordprocessingml/")
            files[name] = text.replace(f"{new}officeDocument/2006/", f"{old}officeDocument/")
    assert [line.text for line in read_docx(archive(files)).lines] == ["近日"]


def test_form_and_removed_characters_are_reported() -> None:
    source = read_docx(docx(paragraph("近日") + paragraph("联\u200b盟⻓")))
    assert source.form is Form.DOCX
    assert source.lines[1].text == "联盟长"
    assert [(f.code, f.line) for f in source.findings] == [("removed-invisible-characters", 2)]


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        read_docx(docx(paragraph("")))
    assert refused.value.code == "no-text"
