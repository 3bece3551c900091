"""Builders of bulletins as they are kept; everything has a default, name only what your test is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from distributor.model.bulletin import Attribution, DistributionGroup, Item, Masthead
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord, Original

SHANGHAI = timezone(timedelta(hours=8))
RECEIVED = datetime(2026, 1, 5, 1, 0, 0, tzinfo=UTC)
PUBLISHED = datetime(2026, 1, 5, 10, 30, 0, tzinfo=SHANGHAI)

SECTIONS = ("重要政策动态", "联盟联络组及协发网动态", "试点联盟动态及协发网网员单位动态")

_SECRETARIAT = "联盟协发网秘书处"
_WORKING_GROUP = "联盟试点工作组"
_POLICY = (
    "习近平总书记主持召开深入推进长三角一体化发展座谈会",
    "我国首次提出《国际科技合作倡议》构建全球科技共同体",
    "科技部将把强化企业科技创新主体地位作为深化科技体制改革、实现高水平科技自立自强的关键举措",
    "中法碳中和中心启动仪式在京举办",
    "央行、科技部等四部门联合召开科技金融工作交流推进会",
    "京津冀国家高新区联盟成立",
    "首届“一带一路”科技交流大会取得丰硕成果",
)
_NETWORK = (
    "李新男秘书长应邀出席半导体照明联盟2023年理事会并讲话",
    "联盟协发网秘书处继续调研相关试点联盟和园区",
)
_ALLIANCES = (
    ("半导体照明工程研发及产业联盟秘书处", "半导体照明联盟主办第三届紫外LED国际会议"),
    ("再生资源产业技术创新战略联盟秘书处", "再生资源联盟主办2023年中俄“先进材料与技术”国际学术会议"),
    ("粉末冶金产业技术创新战略联盟秘书处", "粉末冶金联盟举办“2023年全国粉末冶金学术会议”"),
    ("烟气污染治理产业技术创新战略联盟秘书处", "烟气治理联盟主办第十二届烟气多污染物控制技术与管理创新大会"),
    ("钒钛资源综合利用产业技术创新战略联盟秘书处", "钒钛资源联盟主办第五届钒钛微合金化高强钢开发与应用技术交流会"),
    ("封测产业技术创新战略联盟秘书处", "封测联盟举办集成电路先进封装产业链协同创新发展论坛"),
    ("禽畜良种产业技术创新战略联盟秘书处", "畜禽良种联盟举办第17期动物种业前沿科技论坛"),
    ("电动汽车产业技术创新战略联盟秘书处", "电动汽车联盟承办2023无锡智能网联汽车生态大会"),
    ("航天制造装备产业技术创新战略联盟秘书处", "航天制造装备联盟举办上海航天第100件充液拉深整体箱底成功下线仪式"),
    ("化纤产业技术创新战略联盟秘书处", "化纤联盟组织的国家重点研发计划项目通过综合绩效评价"),
    (
        "建筑信息模型BIM产业技术创新战略联盟秘书处",
        "建筑信息模型BIM联盟举办“建筑业‘BIM+’智能建造技术与应用实践高级研修班”",
    ),
    ("肉类加工产业技术创新战略联盟秘书处", "肉类加工联盟协办“2023年动物源食品科学与人类健康国际研讨会”"),
    ("闪联产业技术创新战略联盟秘书处", "闪联联盟标准获2023年全国工商联商会团体标准“领先者”"),
    ("木竹产业技术创新战略联盟秘书处", "木竹联盟组织召开联盟专家委员会2023年度第二次会议"),
    ("第三代半导体产业技术创新战略联盟秘书处", "第三代半导体联盟发布《第三代半导体装备和原辅材料产品手册2023》"),
    ("医疗器械产业技术创新战略联盟秘书处", "医疗器械联盟主办第六届中国医疗器械创新创业大赛决赛"),
    ("临床试验产业技术创新战略联盟秘书处", "临床试验联盟承办“科创中国”技术路演生物医药（北京）专场活动"),
    ("存储产业技术创新战略联盟秘书处", "存储联盟组织“千亿级分布式文件系统FastCFS架构与实现”技术分享活动"),
    ("水环境产业技术创新战略联盟秘书处", "水环境联盟主办绿色产业创新创业大赛深圳赛区复赛"),
    ("WAPI产业技术创新战略联盟秘书处", "WAPI产业联盟承办“园区行”走进北京经开区专场活动"),
    ("应急救援装备产业技术创新战略联盟秘书处", "应急联盟参加第三届全国危险化学品救援先进技术装备展"),
    ("燃料电池汽车产业技术创新战略联盟秘书处", "燃料电池汽车联盟统计燃料汽车相关资讯"),
)
DISTRIBUTION = (
    DistributionGroup(
        "报",
        (
            "科技部",
            "发展改革委",
            "财政部",
            "教育部",
            "工业和信息化部",
            "人力资源和社会保障部",
            "农业农村部",
            "人民银行",
            "国资委",
            "税务总局",
            "中科院",
            "工程院",
            "全国总工会",
            "全国工商联",
            "国家开发银行",
        ),
        "相关司局及部门",
    ),
    DistributionGroup("送", ("各试点产业技术创新战略联盟", "联盟协发网成员单位", "有关地方科技厅（局）")),
)


def make_publication(**overrides: Any) -> Publication:  # noqa: ANN401  a builder passes any field on
    """The publication of the tests; an ASCII slug, a tag authority that differs from the host of the site."""
    fields: dict[str, Any] = {
        "slug": "xiefa",
        "name": "联盟协发网简报",
        "publisher": _SECRETARIAT,
        "description": "产业技术创新战略联盟协同发展网简报：重要政策、联盟动态。",
        "base_url": "https://bulletin.xiefa.example",
        "tag_authority": "xiefa.example",
        "tag_date": "2026",
        "language": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "rights": None,
        "contact": "secretariat@xiefa.example",
    }
    return Publication(**{**fields, **overrides})


def attributed_to(*organizations: str, kind: str = "供稿", source: str | None = None) -> Attribution:
    """An attribution as a bulletin prints it: （A和B供稿）, with the medium when there is one."""
    tail = f"。信息来源：{source}" if source else ""
    return Attribution(f"（{'和'.join(organizations)}{kind}{tail}）", kind, organizations, (), source)


def make_item(title: str = "存储联盟举办技术分享活动", *paragraphs: str, **overrides: Any) -> Item:  # noqa: ANN401  as above
    """The words of one item; one paragraph unless some are given, no attribution unless one is given."""
    fields: dict[str, Any] = {"title": title, "paragraphs": paragraphs or (f"近日，{title}。会议在北京市举行。",)}
    return Item(**{**fields, **overrides})


def make_item_record(position: int = 0, content: Item | None = None, **overrides: Any) -> ItemRecord:  # noqa: ANN401  as above
    """One item with a key of its position, not yet published."""
    fields: dict[str, Any] = {"key": f"k{position:03d}", "section": SECTIONS[0], "content": content or make_item()}
    return ItemRecord(position=position, **{**fields, **overrides})


def make_record(**overrides: Any) -> BulletinRecord:  # noqa: ANN401  as above
    """A bulletin of one item that was received and not yet published."""
    key = str(overrides.get("id", "b001"))
    fields: dict[str, Any] = {
        "id": key,
        "publication": "xiefa",
        "masthead": Masthead("联盟协发网简报", "第12期（总第345期）", "2026-01-05", _SECRETARIAT),
        "preamble": (),
        "items": (make_item_record(key=f"{key}k000"),),
        "distribution": DISTRIBUTION,
        "original": Original("简报.pdf", "application/pdf", 182_044, sha256(key.encode()).hexdigest()),
        "received": RECEIVED,
        "received_by": "编辑部",
    }
    return BulletinRecord(**{**fields, **overrides})


def record_of(*contents: Item, section: str | None = SECTIONS[0], **overrides: Any) -> BulletinRecord:  # noqa: ANN401  as above
    """A bulletin of the given items under one heading."""
    key = str(overrides.get("id", "b001"))
    items = tuple(
        make_item_record(index, content, key=f"{key}k{index:03d}", section=section)
        for index, content in enumerate(contents)
    )
    return make_record(items=items, **overrides)


def seedlike_record(**overrides: Any) -> BulletinRecord:  # noqa: ANN401  as above
    """A bulletin shaped like the reference: 3 sections, 7 + 2 + 22 items, 25 attributions, 报 and 送."""
    key = str(overrides.get("id", "b001"))
    items = tuple(
        make_item_record(index, content, key=f"{key}k{index:03d}", section=section)
        for index, (section, content) in enumerate(_seedlike_contents())
    )
    return make_record(**{"items": items, **overrides})


def published(record: BulletinRecord, moment: datetime = PUBLISHED) -> BulletinRecord:
    """The record as it stands after its first publication: tag URIs, and distinct seconds in descending order."""
    items = tuple(
        replace(
            item,
            tag_uri=f"tag:xiefa.example,2026:xiefa/items/{item.key}",
            published=moment - timedelta(seconds=index),
            updated=moment - timedelta(seconds=index),
        )
        for index, item in enumerate(record.items)
    )
    return replace(record, items=items, published=moment)


def _seedlike_contents() -> list[tuple[str, Item]]:
    digest = attributed_to(_SECRETARIAT, _WORKING_GROUP, kind="摘述", source="新华社")
    policy = [make_item(title, attribution=digest if index == 0 else None) for index, title in enumerate(_POLICY)]
    policy[3] = replace(policy[3], paragraphs=(*policy[3].paragraphs, "活动期间，双方专家代表进行了学术交流。"))
    network = [make_item(title, attribution=attributed_to(_SECRETARIAT, _WORKING_GROUP)) for title in _NETWORK]
    alliances = [make_item(title, attribution=attributed_to(body)) for body, title in _ALLIANCES]
    return [
        (section, content)
        for section, contents in zip(SECTIONS, (policy, network, alliances), strict=True)
        for content in contents
    ]
