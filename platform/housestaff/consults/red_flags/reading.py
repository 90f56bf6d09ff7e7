"""The raw text, made readable for rules: one form for each character, and where it stood in the message.

Full-width letters, traditional characters, invisible marks and decorated letters become plain ones. Every
position in the result can be led back to the message, so that a quote is always the patient's own words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Common traditional characters in what patients write, and their simplified forms.
_TRADITIONAL = (
    "無无沒没藥药殺杀歲岁媽妈體体腫肿脹胀發发燒烧頭头暈晕嘔呕寶宝嬰婴兒儿懷怀陰阴醫医開开車车覺觉氣气過过臉脸說说"
    "話话語语邊边腳脚動动癱瘫傷伤讓让夢梦遊游還还這这個个來来後后時时們们對对麼么為为從从會会錢钱鬱郁憂忧絕绝斷断結结"
    "輸输腎肾導导顆颗塊块條条滿满難难紅红變变轉转軟软褲裤濕湿遠远幾几兩两點点鐘钟週周裏里裡里嚴严異异應应該该給给喫吃"
    "飲饮農农劑剂電电親亲爺爷鄰邻視视劇剧網网聽听見见現现實实證证願愿輕轻撐撑離离別别喪丧嚨咙蕁荨縮缩壓压緊紧顫颤"
    "麻麻痺痹衝冲摔摔撲扑掙挣淚泪腦脑漿浆溢溢梗梗脫脱虛虚癲癫癇痫癢痒瘡疮爛烂臟脏內内膽胆腸肠髒脏骯肮單单側侧雙双"
    "強强姦奸暴暴罵骂揍揍掐掐勒勒嚇吓緩缓窒窒蘇苏醒醒昏昏眩眩聲声啞哑喚唤應应剛刚纔才當当將将與与於于則则豬猪雞鸡"
    "張张陳陈劉刘趙赵約约間间門门問问樓楼窗窗險险護护擔担據据報报號号診诊療疗癒愈術术腫肿瘤瘤癌癌檢检驗验結结論论"
    "長长東东樣样種种類类數数總总終终經经歷历紙纸綠绿黃黄顏颜藍蓝淺浅濃浓渾浑濁浊膿脓鮮鲜凍冻熱热燙烫溫温"
    "週周歐欧龍龙齡龄齒齿鬆松鬥斗麵面鹽盐鹼碱齊齐龜龟嗎吗呢呢嗚呜啊啊嘆叹囉啰噁恶團团圍围圖图國国圓圆場场壞坏"
    "悶闷厲厉癌癌簡简駕驾駛驶睜睁鐵铁觸触諾诺憶忆慮虑罷罢闆板"
    "執执墜坠墮堕壯壮夠够夾夹妳你姊姐娛娱婦妇學学孫孙寧宁審审寫写將将專专尋寻導导層层屬属岡冈島岛師师帶带幫帮幹干"
    "廢废廣广廳厅彎弯彈弹徑径復复恆恒惡恶惱恼愛爱態态慘惨慣惯憐怜懶懒戀恋戰战戲戏戶户拋抛挾挟捨舍掃扫掛挂採采揚扬換换"
    "損损搖摇搶抢擊击擋挡擇择擠挤擦擦攔拦敗败敵敌斃毙暫暂暢畅書书東东極极槍枪樂乐機机橫横殘残毀毁氫氢決决沖冲淨净減减"
    "測测湯汤準准滅灭滯滞漲涨潰溃澀涩灑洒灣湾災灾煙烟爐炉爭争牆墙狀状猶犹獨独獲获產产畫画疊叠瘋疯癮瘾盜盗監监盤盘"
    "矯矫礙碍禮礼積积穩稳窩窝筆笔節节範范簡简糧粮糾纠紀纪級级納纳純纯細细紹绍組组絲丝繃绷維维網网緒绪線线編编練练"
    "縫缝纏缠缺缺罐罐聞闻職职聯联肅肃腰腰膚肤臨临興兴舊旧艱艰莊庄華华萬万葉叶蓋盖薦荐蟲虫蜂蜂補补裝装製制複复觸触"
    "計计記记討讨訓训設设許许訴诉註注評评詞词試试誤误請请諒谅謝谢識识議议讀读豐丰貝贝負负貨货責责貴贵買买費费賣卖質质"
)
_TABLE = {ord(old): new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True) if old != new}
_TABLE |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TABLE |= {0x3000: " ", 0xA0: " ", 0x2019: "'", 0x2018: "'", 0x02BC: "'", 0x201B: "'", 0xB4: "'", 0x60: "'"}
_TABLE |= {0x2028: "\n", 0x2029: "\n", 0x0D: "\n", 0x0B: "\n", 0x0C: "\n"}
# Letters of other alphabets that look like Latin ones, as used to slip past filters.
_TABLE |= {ord(old): new for old, new in zip("аеорсухіѕԁһӏ", "aeopcyxisdhl", strict=True)}
_DROPPED = frozenset({"Cf", "Mn", "Me", "Cc", "Cs", "Co"})


@dataclass(frozen=True, slots=True)
class Plain:
    """The text as rules read it; `at[i]` is where character i stood in the message."""

    text: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the message of the plain characters from `start` up to `end`."""
        return self.at[start], self.at[end - 1] + 1


def plain(message: str) -> Plain:
    """A message in one form for each character. Never raises, whatever the message holds."""
    text = message.translate(_TABLE)
    lowered = text.lower()
    if len(lowered) == len(message) and ((text.isascii() and text.isprintable()) or _is_plain(lowered)):
        return Plain(lowered, range(len(lowered)))
    kept: list[str] = []
    at: list[int] = []
    for place, character in enumerate(message):
        for piece in _unfolded(character):
            kept.append(piece)
            at.append(place)
    return Plain("".join(kept), at)


def _is_plain(text: str) -> bool:
    if not unicodedata.is_normalized("NFKC", text):
        return False
    return all(character.isprintable() or character in "\n\t" for character in set(text)) and not any(
        unicodedata.category(character) in _DROPPED for character in set(text) - {"\n", "\t"}
    )


def _unfolded(character: str) -> str:
    """A character in its plainest form: "" for an invisible one, several for a ligature."""
    folded = unicodedata.normalize("NFKD", character.translate(_TABLE)).translate(_TABLE).lower()
    return "".join(
        piece for piece in folded if piece in "\n\t" or unicodedata.category(piece) not in _DROPPED
    )
