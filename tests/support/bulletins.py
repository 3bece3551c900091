"""Random bulletins of the genre with their truth, as blocks that tests/support/printing.py turns into lines."""

import random
from dataclasses import dataclass, field

from distributor.model.bulletin import Attribution, Bulletin, DistributionGroup, Item, Masthead, Section

FIELDS = (
    "轴承",
    "冷链",
    "氢能",
    "种子",
    "地热",
    "光伏",
    "木竹",
    "再生资源",
    "工业软件",
    "5G应用",
    "BIM技术",
    "医疗器械",
    "海水淡化",
)
PLACES = ("长治", "威海", "重庆", "厦门", "烟台", "临沂", "深圳", "泉州", "常州", "襄阳")
SECTION_NAMES = (
    "政策动态",
    "联盟动态",
    "重要政策动态",
    "试点联盟动态及网员单位动态",
    "会员园地",
    "技术进展",
    "产业观察",
    "通知公告",
    "经验交流",
)
OPENINGS = ("近日，", "日前，", "{m}月{d}日，", "20{y}年{m}月{d}日，", "{m}月{d}日至{e}日，", "近期，")
SENTENCES = (
    "来自高校、科研院所和上下游企业的{n}余名代表参加了活动。",
    "会议提出“三个一批”的工作思路，即攻关一批关键技术、转化一批成熟成果、培育一批示范企业。",
    "项目突破了{f}等关键技术，研制样机{n}台（套），申请发明专利{k}件，制定企业标准{m}项。",
    "为什么要把{f}放在突出位置？与会专家认为，原因有三：一是需求明确，二是基础扎实，三是窗口期已经打开。",
    "与传统工艺相比，新方案的能耗由每吨{n} kW·h降至每吨{k} kW·h，产品合格率稳定在9{m}.{d}%以上。",
    "《{f}产品质量分级与评价（征求意见稿）》是本次会议讨论的重点之一。",
    "活动采用“线上+线下”方式进行，线上累计观看{n}.{m}万人次。",
    "双方商定，在联合研发、检验检测、人才培养等方面建立长期稳定的合作机制，并共同申报{f}方向的研究课题。",
    "下一步，联盟将继续发挥桥梁和纽带作用，推动创新链、产业链、资金链、人才链深度融合。",
    "针对Time-Sensitive Networking等前沿方向，联盟将组建专题工作组，跟踪国际标准化动态。",
    "此次活动由{n}个{f}学（协）会共同支持，为下一步协同攻关打下了良好基础（以下简称“中心”）。",
)
TITLES = (
    "{f}联盟召开专家委员会20{y}年度第二次会议",
    "{f}联盟发布《{f}产业发展报告（20{y}）》",
    "“{f}前沿论坛”在{p}开幕",
    "{n}名学员结业，{f}联盟人才培训再上新台阶",
    "20{y}年1—9月{f}行业运行情况",
    "关于举办{f}国际研讨会（ICAT 20{y}）的预通知",
    "{f}联盟与{p}高新区签署战略合作协议",
    "{f}产业技术创新战略联盟联合多家单位共同承办面向规模化应用的关键技术研究与应用示范专题交流活动",
    "{f}联盟组织“Time-Sensitive Networking与{f}”技术分享活动",
    "以标准引领质量提升：{f}联盟在{p}的做法",
    "{f}如何走向规模化应用？",
    "《{p}市{f}产业高质量发展行动计划》",
)
MEDIA = ("科技日报", "江海工业网", "中国产业观察网")
SUPERIORS = (
    "科技部",
    "发展改革委",
    "财政部",
    "工业和信息化部",
    "人力资源和社会保障部",
    "农业农村部",
    "全国总工会",
    "国家开发银行",
)
PEERS = (
    "各成员单位",
    "各联盟秘书处",
    "有关地方科技厅（局）",
    "各省、自治区、直辖市及计划单列市科技厅（委、局）",
    "联盟网员单位",
)
LONG_TITLE = 40  # characters
CHINESE = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Look:
    """How a bulletin is made up.

    Args:
        sections: marker style of section headings, or "none" for a bulletin without sections.
        items: marker style of titles.
        attributions: style of attributions.
        masthead, contents, note, footer, imprint: which parts there are.
        lists: bodies may hold numbered lists.
        broken: share of titles with a manual break.
        letterspaced: section names are printed with spaces between their characters.
    """

    sections: str = "plain"
    items: str = "plain"
    attributions: str = "supplied"
    masthead: bool = True
    contents: bool = False
    note: bool = False
    footer: bool = True
    imprint: bool = False
    lists: bool = False
    broken: float = 0.2
    letterspaced: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One printed paragraph.

    Args:
        kind: masthead, date, contents, note, section, title, text, attribution, footer, imprint.
        lines: its manual lines; most paragraphs have one.
        tail: text at the right end of the same line (a date beside the publisher).
        spaced: an empty paragraph stands before it.
    """

    kind: str
    lines: tuple[str, ...]
    tail: str = ""
    spaced: bool = False


@dataclass(slots=True)
class Composer:
    """Composes random bulletins; the same random state gives the same bulletin."""

    rng: random.Random
    look: Look = field(default_factory=Look)
    long_used: bool = False

    def compose(self, sections: int = 3, items: int = 4) -> tuple[Bulletin, tuple[Block, ...]]:
        """A bulletin and the blocks that print it."""
        blocks: list[Block] = []
        masthead = self._masthead(blocks) if self.look.masthead else Masthead()
        names = self.rng.sample(SECTION_NAMES, sections)
        plan = [(name, self._titles(self.rng.randint(1, items))) for name in names]
        if self.look.sections == "none":
            plan = [("", [title for _, titles in plan for title in titles])]
        if self.look.contents:
            self._contents(blocks, plan)
        preamble = self._note(blocks) if self.look.note else ()
        built = tuple(self._section(blocks, number, name, titles) for number, (name, titles) in enumerate(plan))
        groups = self._footer(blocks) if self.look.footer else ()
        if self.look.imprint:
            self._imprint(blocks)
        return Bulletin(masthead, built, groups, preamble), tuple(blocks)

    def _fill(self, pattern: str) -> str:
        number = self.rng.randint
        return pattern.format(
            f=self.rng.choice(FIELDS), p=self.rng.choice(PLACES), n=number(12, 900), k=number(2, 60),
            m=number(1, 9), d=number(1, 9), e=number(10, 28), y=number(20, 26),
        )  # fmt: skip

    def _titles(self, count: int) -> list[str]:
        chosen = self.rng.sample(TITLES, min(count, len(TITLES)))
        titles = [self._fill(pattern) for pattern in chosen]
        kept = [title for title in titles if len(title) <= LONG_TITLE or self._first_long_one()]
        return kept or [self._fill(TITLES[0])]

    def _first_long_one(self) -> bool:
        """One title over several lines is enough: their second lines would be alike."""
        first, self.long_used = not self.long_used, True
        return first

    def _masthead(self, blocks: list[Block]) -> Masthead:
        title = self.rng.choice(FIELDS) + self.rng.choice(("联盟简报", "工作动态", "工作简报", "联盟通讯"))
        publisher = self.rng.choice(FIELDS) + self.rng.choice(("联盟秘书处", "产业技术创新战略联盟", "行业协会"))
        year, month, day, number = 2026, self.rng.randint(1, 12), self.rng.randint(1, 28), self.rng.randint(1, 24)
        issue = self.rng.choice(("第{n}期", "{y}年第{n}期", "第{n}期（总第{t}期）", "〔{y}〕第{n}期（总第{t}期）"))
        issue = issue.format(n=number, y=year, t=number + 300)
        blocks.append(Block("masthead", (" ".join(title) if self.look.letterspaced else title,)))
        blocks.append(Block("masthead", (issue,)))
        blocks.append(
            Block("date", (publisher + self.rng.choice(("", "编", "主办")),), tail=f"{year}年{month}月{day}日")
        )
        return Masthead(title, issue, f"{year}-{month:02d}-{day:02d}", publisher)

    def _contents(self, blocks: list[Block], plan: list[tuple[str, list[str]]]) -> None:
        blocks.append(Block("contents", (self.rng.choice(("目录", "目 录", "本期要目")),), spaced=True))
        page = 1
        for number, (name, titles) in enumerate(plan):
            if name:
                blocks.append(Block("contents", (self._section_mark(number, name),)))
            for title in titles:
                blocks.append(Block("contents", (title,), tail=f"\x00{page}"))
                page += self.rng.randint(0, 1)

    def _note(self, blocks: list[Block]) -> tuple[str, ...]:
        text = "编者按：" + self._paragraph(2)
        blocks.append(Block("note", (text,), spaced=True))
        return (text,)

    def _section_mark(self, number: int, name: str) -> str:
        if self.look.letterspaced:
            name = " ".join(name)
        marks = {
            "plain": name, "一、": f"{CHINESE[number]}、{name}", "【】": f"【{name}】", "★": f"★ {name}",
            "■": f"■ {name}", "◆◆": f"◆ {name} ◆", "——": f"—— {name} ——", "part": f"第{CHINESE[number]}部分 {name}",
        }  # fmt: skip
        return marks[self.look.sections]

    def _item_mark(self, number: int, title: str) -> str:
        marks = {
            "plain": title, "1.": f"{number + 1}. {title}", "1、": f"{number + 1}、{title}",
            "（一）": f"（{CHINESE[number % 10]}）{title}", "◆": f"◆ {title}", "●": f"●{title}",
        }  # fmt: skip
        return marks[self.look.items]

    def _section(self, blocks: list[Block], number: int, name: str, titles: list[str]) -> Section:
        if name:
            blocks.append(Block("section", (self._section_mark(number, name),), spaced=True))
        items = tuple(self._item(blocks, position, title) for position, title in enumerate(titles))
        return Section(name or None, items)

    def _item(self, blocks: list[Block], number: int, title: str) -> Item:
        printed = self._item_mark(number, title)
        blocks.append(Block("title", self._broken(printed), spaced=True))
        texts = [self._opening() + self._paragraph(3)]
        texts += [self._paragraph(self.rng.randint(1, 3)) for _ in range(self.rng.choice((0, 0, 1, 2)))]
        if self.look.lists and self.rng.random() < 0.4:
            texts.append("会议明确了下一阶段的重点任务：")
            texts += [
                f"（{step}）{self._fill('组织不少于{m}场{f}供需对接活动')}{end}"
                for step, end in ((1, "；"), (2, "；"), (3, "。"))
            ]
        attribution = self._attribution()
        inline = attribution is not None and self.look.attributions == "inline"
        blocks += [Block("text", (text,)) for text in texts[:-1]]
        blocks.append(Block("text", (texts[-1] + (attribution.raw if attribution and inline else ""),)))
        if attribution and not inline:
            blocks.append(Block("attribution", (attribution.raw,)))
        return Item(title, tuple(texts), attribution)

    def _broken(self, text: str) -> tuple[str, ...]:
        if not 24 <= len(text) <= 36 or self.rng.random() >= self.look.broken:
            return (text,)
        cut = self.rng.randint(max(14, len(text) // 2), len(text) - 6)
        while (
            (text[cut].isascii() and text[cut - 1].isascii())
            or text[cut] in "，：、”》）？"
            or text[cut - 1] in "“《（"
        ):
            cut -= 1
        if cut * 5 < len(text) * 2:
            return (text,)
        return text[:cut].rstrip(), text[cut:].lstrip()

    def _opening(self) -> str:
        return self._fill(self.rng.choice(OPENINGS)) + self._fill(
            "由{f}产业技术创新战略联盟主办的{f}专题活动在{p}举行。"
        )

    def _paragraph(self, sentences: int) -> str:
        return "".join(self._fill(sentence) for sentence in self.rng.sample(SENTENCES, sentences))

    def _attribution(self) -> Attribution | None:
        if self.rng.random() < 0.2 or self.look.attributions == "none":
            return None
        body = self._fill("{f}产业技术创新战略联盟秘书处")
        medium = self.rng.choice(MEDIA)
        styles = {
            "supplied": Attribution(f"（{body}供稿）", "供稿", (body,)),
            "signed": Attribution(f"（{body}）", "署名", (body,)),
            "source": Attribution(f"来源：{medium}", "来源", (), (), medium),
            "taken": Attribution(f"（摘自《{medium}》）", "摘自", (), (), medium),
            "inline": Attribution(f"（来源：{medium}）", "来源", (), (), medium),
            "summary": Attribution(f"（{body}摘述。信息来源：{medium}）", "摘述", (body,), (), medium),
            "dash": Attribution(f"——摘自《{medium}》", "摘自", (), (), medium),
        }
        return styles[self.look.attributions]

    def _footer(self, blocks: list[Block]) -> tuple[DistributionGroup, ...]:
        names = tuple(self.rng.sample(SUPERIORS, self.rng.randint(2, 6)))
        suffix = self.rng.choice((None, "有关司局", "相关司局及部门"))
        peers = tuple(self.rng.sample(PEERS, self.rng.randint(1, 3)))
        first, second = self.rng.choice((("报", "送"), ("报送", "分送"), ("呈报", "抄送")))
        blocks.append(Block("footer", (f"{first}：{'、'.join(names)}{suffix or ''}",), spaced=True))
        blocks.append(Block("footer", (f"{second}：{'、'.join(peers)}",)))
        return DistributionGroup(first, names, suffix), DistributionGroup(second, peers)

    def _imprint(self, blocks: list[Block]) -> None:
        blocks.append(Block("imprint", (self._fill("{f}联盟秘书处"),), tail="2026年3月5日印发"))
        blocks.append(Block("imprint", ("（共印120份）",)))
