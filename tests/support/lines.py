"""Sources of a few lines for tests of the parser."""

from dataclasses import replace

from distributor.model.lines import Form, Line, Source


def source_of(text: str, form: Form = Form.TEXT) -> Source:
    """A source of plain text lines; a form feed begins a page."""
    lines: list[Line] = []
    page = 1
    for number, line in enumerate(text.split("\n"), 1):
        page += line.count("\f")
        lines.append(Line(number, line.replace("\f", ""), page=page if "\f" in text else None))
    return Source(form, tuple(lines))


def paragraphs_of(*texts: str, **known: object) -> Source:
    """A word-processor source of one paragraph for each text; `known` is set on all lines."""
    lines = (Line(number, text, paragraph=number) for number, text in enumerate(texts, 1))
    return Source(Form.DOCX, tuple(replace(line, **known) for line in lines))  # type: ignore[arg-type]


NEWS = "近日，木竹产业技术创新战略联盟在临沂市召开会议，验收了年度科研计划八项课题，与会代表参观了示范生产线。"
MORE = "专家组认真听取了汇报，审阅了有关资料，经质询和讨论，一致认为项目完成了任务书规定的各项考核指标。"


def bulletin_text(*, head: str = "", body: str = "", foot: str = "报：科技部、财政部有关司局\n送：各成员单位\n") -> str:
    """The text of a small bulletin of two items in one section, with other parts where given."""
    usual = f"联盟动态\n\n木竹联盟召开专家委员会第二次会议\n{NEWS}\n（木竹产业技术创新战略联盟秘书处供稿）\n\n"
    usual += f"光伏联盟举办产业发展论坛\n{MORE}\n（光伏产业技术创新战略联盟秘书处供稿）\n\n"
    return head + (body or usual) + foot
