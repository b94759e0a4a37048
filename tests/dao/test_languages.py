"""The languages: each says everything that English says, with the same facts, in its own characters and words."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dao import sentences
from dao.sentences import catalogues, languages, spelling
from proposals import lifecycle
from tests.test_tidy import modules

ENGLISH = sentences.catalogue("en")
CHINESE = tuple(lang for lang in sentences.LANGUAGES if lang.startswith("zh"))
OTHERS = tuple(lang for lang in sentences.LANGUAGES if lang != "en")
ROOT = Path(sentences.__file__).parent
ROOMS = sorted(file.name for file in (ROOT / "en").glob("*.toml"))

FACT = re.compile(r"\{([a-z][a-z0-9_]*(?::time)?)\}")
HAN = re.compile(r"[\u4e00-\u9fff]")

WITHOUT_HAN = frozenset({
    "DEMO_LINT", "FACT.expected.cid", "LABEL.iip", "LINT.counts", "SETTING.safes", "SPELL.comma", "SPELL.false",
    "SPELL.true",
})  # fmt: skip
"""Keys whose words are data, names or marks."""

SIMPLIFIED = frozenset(
    "为签网发这个时过应将说请没对从无额单页书链钱块审议归权执诺报账币铸库设开关认识证质变区处备复够么还进"
    "远选错误间问闭显须项题验点热状独现种称笔类约级经结给绝统继续维编缩联脑节获规览计订让记许论访评译试询"
    "该语读调谁负责费资赔赠输边达运连适递释针钥铁销锁长门队阶险随难离预领颁饭马驱齐国图场坏声头夹实写导尽"
    "层属岁帐张强当总户扩担择损换据搁数断旧术机杂条来构标树样检楼欢残毁气决测浏涨满滚滤炼"
)
TRADITIONAL = frozenset(
    "為簽網發這個時過應將說請沒對從無額單頁書鏈錢塊審議歸權執諾報帳幣鑄庫設開關認識證質變區處備復夠麼還進"
    "遠選錯誤間問閉顯須項題驗點熱狀獨現種稱筆類約級經結給絕統繼續維編縮聯腦節獲規覽計訂讓記許論訪評譯試詢"
    "該語讀調誰負責費資賠贈輸邊達運連適遞釋針鑰鐵銷鎖長門隊階險隨難離預領頒飯馬驅齊國圖場壞聲頭夾實寫導盡"
    "層屬歲帳張強當總戶擴擔擇損換據擱數斷舊術機雜條來構標樹樣檢樓歡殘毀氣決測瀏漲滿滾濾煉"
)
"""Characters of one script alone, in pairs: those that a text of the other script is first betrayed by."""

FOREIGN_WORDS = {
    "zh-Hant": "信息 默認 網絡 數據 軟件 硬件 文件夾 服務器 登錄 打印 賬 字符 字節 哈希 區塊頭 "
    "調用 回執 國庫 簽名 所有者 映射 連字符",
    "zh-Hans": "资讯 档案 预设 网路 资料 软体 硬体 伺服器 程式 字元 位元组 杂凑 萤幕 连结 帐 "
    "金库 呼叫 签章 拥有者 核准 金钥 埠",
}
"""Words of the other side of the strait."""

STRAY = {
    "a blank beside Chinese punctuation": re.compile(r" [，。；：！？、」』）”]|[，。；：！？、「『（“] "),
    "Western punctuation in Chinese": re.compile(r"[\u4e00-\u9fff][,;:!?](?![/\w])|[,;!?][\u4e00-\u9fff]"),
    "no blank between Han and Latin": re.compile(r"[\u4e00-\u9fff][A-Za-z0-9`$]|[A-Za-z0-9`$][\u4e00-\u9fff]"),
    "two blanks": re.compile(r"  "),
}
QUOTES = {"zh-Hant": "“”‘’", "zh-Hans": "「」『』"}
"""Quotation marks of the other side."""


def table(lang: str, room: str) -> dict[str, str]:
    return tomllib.loads((ROOT / lang / room).read_text("utf-8"))


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("room", ROOMS)
def test_every_key_is_said_in_every_language(lang: str, room: str) -> None:
    """A file has the keys of the English file of its name, in its order, and no others."""
    assert list(table("en", room)) == list(table(lang, room))


@pytest.mark.parametrize("lang", OTHERS)
def test_no_file_is_left_over(lang: str) -> None:
    """A language has no file that English lacks."""
    assert ROOMS == sorted(file.name for file in (ROOT / lang).glob("*.toml"))


@pytest.mark.parametrize("lang", OTHERS)
def test_facts_are_the_same(lang: str) -> None:
    """A translation tells the facts that English tells, times as times, and leaves no stray brace."""
    odd = [
        key
        for key, template in sentences.catalogue(lang).items()
        if set(FACT.findall(ENGLISH[key])) != set(FACT.findall(template))
        or ENGLISH[key].count("{{") != template.count("{{")
        or ENGLISH[key].count("}}") != template.count("}}")
        or re.search(r"[{}]", catalogues.FACT.sub("", template))
        or "\n" in template
    ]

    assert [] == odd


@pytest.mark.parametrize("lang", CHINESE)
def test_no_english_is_left_over(lang: str) -> None:
    """Every Chinese template holds Han characters, except marks and names; none holds three English words in a row."""
    without = {key for key, template in sentences.catalogue(lang).items() if not HAN.search(template)}
    english = [key for key, template in sentences.catalogue(lang).items() if _english(template)]

    assert WITHOUT_HAN == without
    assert [] == english


def _english(template: str) -> re.Match[str] | None:
    """Three lower-case words in a row, outside of code."""
    return re.search(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}", re.sub(r"`[^`]*`", "", template))


@pytest.mark.parametrize("lang", CHINESE)
def test_characters_are_those_of_the_script(lang: str) -> None:
    """No simplified character in Taiwan's text and no traditional one in the mainland's: by the old national character
    sets, and for those that both sets hold by a list of pairs.
    """
    codec, foreign = ("big5", SIMPLIFIED) if lang == "zh-Hant" else ("gb2312", TRADITIONAL)
    odd = [
        f"{key}: {char}"
        for key, template in sentences.catalogue(lang).items()
        for char in HAN.findall(template)
        if char in foreign or not _is_in(char, codec)
    ]

    assert [] == odd


def _is_in(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("lang", CHINESE)
def test_words_are_those_of_the_place(lang: str) -> None:
    """Taiwan's catalogue uses no word of the mainland where it has another, and the other way round."""
    words = FOREIGN_WORDS[lang].split()
    odd = [f"{key}: {word}" for key, text in sentences.catalogue(lang).items() for word in words if word in text]

    assert [] == odd


@pytest.mark.parametrize("lang", CHINESE)
def test_punctuation_is_chinese(lang: str) -> None:
    """Chinese marks without blanks around them, quotation marks of the place, one blank between Han and Latin."""
    odd = [
        f"{key}: {name}"
        for key, template in sentences.catalogue(lang).items()
        for name, pattern in STRAY.items()
        if pattern.search(template)
    ]
    quoted = [key for key, text in sentences.catalogue(lang).items() if set(text) & set(QUOTES[lang])]

    assert [] == odd
    assert [] == quoted


@pytest.mark.parametrize("lang", OTHERS)
def test_advice_is_given_wherever_english_gives_it(lang: str) -> None:
    """How to go on is the last sentence in every language, and a template that is one sentence in English stays one."""
    silent, wordy = [], []
    for key, template in ENGLISH.items():
        code, _, reason = key.partition(".")
        facts = dict.fromkeys((name.partition(":")[0] for name in FACT.findall(template)), "x")
        advised = sentences.advice(code, reason, facts, lang)
        if sentences.advice(code, reason, facts) is not None and advised is None:
            silent.append(key)
        if advised is not None and not key.startswith("DEMO_") and not re.search(r"[.!?]`? ", template):
            wordy.append(key)

    assert [] == silent
    assert [] == wordy


def test_states_have_names_in_every_language() -> None:
    """Every state of the lifecycle's machines, and every state of a part, is a key."""
    states = lifecycle.IIP.states | lifecycle.PAYOUT.states

    assert states == {key.removeprefix("STATE.") for key in ENGLISH if key.startswith("STATE.")}
    assert _below("PART.") == _below("PART_STATE.")


def test_the_page_names_the_states_as_the_catalogues_do() -> None:
    """The table of states in docs/reference/languages.md is that of the catalogues."""
    page = (ROOT.parents[1] / "docs" / "reference" / "languages.md").read_text("utf-8")
    rows = {state: tuple(told) for state, *told in re.findall(r"^\| `([A-Z]\w+)` \| (\S+) \| (\S+) \|$", page, re.M)}

    assert {
        state: tuple(sentences.catalogue(lang)[f"STATE.{state}"] for lang in CHINESE) for state in lifecycle.IIP.states
    } == rows


def _below(prefix: str) -> set[str]:
    return {key.removeprefix(prefix) for key in ENGLISH if key.startswith(prefix)}


def test_numbers_have_three_forms() -> None:
    """A noun that is counted has a form for none, one and many."""
    nouns = {reason.rpartition("_")[0] for reason in _below("COUNT.")}

    assert {f"{noun}_{form}" for noun in nouns for form in ("none", "one", "many")} == _below("COUNT.")


def test_words_inside_facts_are_known() -> None:
    """What a value must be, as the rooms say it in English, is a phrase of the catalogue, so that it can be told."""
    silent = [
        f"{where}: {said!r}" for where, said in _phrases() if spelling.phrase("expected", said, "zh-Hant") is None
    ]

    assert [] == silent


def _phrases() -> Iterator[tuple[str, str]]:
    """Texts of several words that are passed as `expected`, with 7 in place of what is filled in."""
    for module in modules():
        for node in ast.walk(module.tree) if module.is_product else ():
            if not isinstance(node, ast.Call):
                continue
            refuses = isinstance(node.func, ast.Attribute) and node.func.attr == "refuse" and len(node.args) == 2
            said = [node.args[1]] if refuses else []
            said += [keyword.value for keyword in node.keywords if keyword.arg == "expected"]
            for value in said:
                text = _text(value)
                if " " in text and not re.fullmatch(r"\w+(?:, \w+)*", text):
                    yield f"{module.path}:{node.lineno}", text


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in values)  # type: ignore[misc]
        case _:
            return ""


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("zh-Hant", "zh-Hant"),
        ("ZH-HANT", "zh-Hant"),
        ("zh-tw", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hans", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-sg", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("", None),
        ("tlh", None),
        ("zh-Hant-TW ", None),
    ],
)
def test_tags(tag: str, expected: str | None) -> None:
    """Tags are read in whatever case, and common names of the two scripts are known."""
    assert expected == languages.language_of(tag)


def test_the_chosen_language_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--lang` wins over DAO_LANG and only for its while; a DAO_LANG that nobody knows is English."""
    monkeypatch.setenv("DAO_LANG", "zh-TW")
    with sentences.speaking("zh-Hans"):
        assert "zh-Hans" == sentences.language()
    assert "zh-Hant" == sentences.language()

    monkeypatch.setenv("DAO_LANG", "tlh")
    assert "en" == sentences.language()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("place", "part 2", "分項 2"),
        ("place", "call 2.1", "呼叫 2.1"),
        ("place", "requested", "requested"),
        ("state", "QuorumNotMet", "未達法定門檻"),
        ("states", "Draft, Review", "草案、審議"),
        ("expected", "a whole number from 1 to 9", "1 到 9 的整數"),
        ("problem", "Invalid value for '--x': Input should be less than or equal to 9.", "--x 的值無效：不可大於 9。"),
        ("problem", "odd\x1b[1m", "odd\\u{1b}[1m"),
        ("kind", None, "無"),
        ("signers", ("a", "b"), "a、b"),
        ("names", list(range(14)), "0、1、2、3、4、5、6、7、8、9、10、11 等，另有 2 項"),
    ],
)
def test_words_of_ours_inside_facts(name: str, value: object, expected: str) -> None:
    """States, places and what a value must be are told in the reader's language; everything else as it is."""
    assert expected == sentences.told(name, value, "zh-Hant")


def test_strangers_text_inside_a_phrase_stays_harmless() -> None:
    """What a phrase of ours repeats is escaped like any fact."""
    told = sentences.told("problem", "No such command 'li\x1b[31mnt'.", "zh-Hans")

    assert "没有命令“li\\u{1b}[31mnt”。" == told


def test_english_facts_are_left_alone() -> None:
    """In English a fact is spelled as it came, also where it is a word of ours."""
    assert "part 2" == sentences.told("place", "part 2", "en")
