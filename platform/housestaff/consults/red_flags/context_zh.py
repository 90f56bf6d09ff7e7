"""Chinese around a red flag's words: denied, over, somebody else's, only imagined. In doubt: none of these."""

from __future__ import annotations

import re

_ADVERBS = (
    r"(?:胸闷|胸痛|胸疼|气短|心慌|头晕|头痛|发烧|发热|恶心|呕吐|尿频|尿急|尿痛|血尿|咳嗽|腹痛"
    r"|腰痛|过|任何|什么|出现|明显|再|觉得|感到|感觉|发现|要|想|去|有|的|发生|见|那种|这种|特别|很|怎么"
    r"|太|想过|打算|会|到|伴|伴有|这些|其他|人|怀|打|摸到|看到|看见|查到|见到|查出)"
)
_DENIAL = re.compile(
    rf"(?:从来没有?|从没有?|并没有?|没有?|未曾?|无|否认|从不|从来不|并不|不会|不是|毫无|排除了?|绝不会?|不想"
    rf"|不要|(?<![特分区个级性告])别|不觉得|不感觉|不曾|不太|不怎么|不){_ADVERBS}{{0,3}}$"
)
_NOT_DENYING = re.compile(
    r"(?:是不是|有没有|会不会|能不能|不得不|不知道?怎么|不知为何|不但|不仅|不光|不只|好不容易|要不是"
    r"|忍不住|止不住|受不了|差不多|不一会儿?|没多久|不知道是|不知道)$"
)
_LISTED = re.compile(
    r"(?:没有?|无|否认|从来没有?|未见)[^，。！？\n]{0,24}?(?:、|或者?|和|以及|及|还有"
    r"|也没有?)[^，。！？但就还、]{0,6}$"
)
_ALSO_DENIED = re.compile(r"(?:也|亦|都|也都|更)(?:没有?|不|无)" + _ADVERBS + r"{0,2}$")
_ANSWERED_NO = re.compile(
    r"^(?:的|之)?(?:想法|念头|史|症状|情况|现象|行为|发作)?[吗么呢嘛]?[?？,，:：\s]*(?:没有|没|无|不|否|都没有|都没)(?:$|[。，,！!\n；;]|的)"
)
_ASKED_THEN_NO = re.compile(r"^[^。！？\n]{0,4}[,，]?(?:我|都|就|也)?(?:说|回答|答)?(?:没有|没|不)")
_ASKS = re.compile(r"(?:有没有|是不是|会不会|有无)[^，,。]{0,4}$")
_OVER = re.compile(
    r"年前|年以前|年之前|(?<!几)个月前|去年|前年|小时候|以前|从前|曾经|曾有|年轻时|年轻的时候|当年|那年"
    r"|儿时|早年|(?:19|20)\d\d年|"
    r"[一二三四五六七八九十两几\d]+岁(?:的时候|那年|时)|上学时|既往|病史"
)
_STARTED = re.compile(
    r"(?:从|自|打).{0,8}(?:开始|起|以来)|(?:去年|前年|年前|个月前|以前)(?:就|便)?(?:开始|有|起)(?!过)"
    r"|以来|至今|一直|开始"
)
_NOW = re.compile(
    r"现在|今天|刚才|刚刚|刚|又|还是|还在|还有|仍|最近|这几天|这两天|昨晚|昨天|昨夜|今早|今晚|今晨|目前"
    r"|复发|再次|突然|正在|半夜|凌晨|早上|这会儿|马上"
)
_GONE = re.compile(
    r"^[^。！？\n]{0,4}?[，,、]?(?:后来|现在|已经|早就?|都|查了|检查|手术|做了手术|治疗后"
    r"|已)+[^。！？\n，,]{0,6}?(?:好了|没事|痊愈|治好|正常|恢复|止住|没有了|不痛|不疼|消了|早好)"
)
_GONE_AT_ONCE = re.compile(r"^[了过]?[，,]?(?:早好了|治好了|没事了|查了没事|好多了|已经没了)")
_KIN = (
    "爸爸|妈妈|爸|妈|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|老公|老婆|丈夫|妻子|爱人|老伴|哥哥|弟弟|姐姐|妹妹|(?<!伟)哥|弟|姐|妹|叔叔|叔|舅舅|舅|"
    "姨|姑|伯伯|伯父|大伯|表[哥弟姐妹]|堂[哥弟姐妹]|朋友|同事|邻居|同学|亲戚|岳父|岳母|公公|婆婆|室友|老板|领导|爷|(?<![牛羊母喝喂吃吐酸])奶(?![粉制])"
)
_YOUNG = "儿子|女儿|孩子|宝宝|小孩|娃|小朋友|孙子|孙女|婴儿"
_OTHER = re.compile(
    rf"(?P<kin>(?:我|俺|咱|他|她|我们)?(?:的)?(?:{_KIN}))|(?P<young>(?:我|俺|咱)?(?:的)?(?:{_YOUNG}))"
    rf"|(?P<third>他们|她们|他|她|别人|有人|新闻|(?<!看)电视|小说|电影|剧里|网上|家里人|人家)"
)
_SELF = re.compile(rf"(?:我|俺|咱|本人|自己)(?!的?(?:{_KIN}|{_YOUNG})|们家)")
_REPORTS = re.compile(r"^[都也总老还就]?(?:说|讲|告诉|发现|看到|听到|听见|录到|嫌|反映|觉得|推醒|看见|见)")
_OTHER_NOW = re.compile(r"现在|刚刚|刚才|今天|今晚|今早|突然|正在|马上|一下子|这会儿|不行了|怎么办|快")
_IMAGINED = re.compile(
    r"(?:如果|万一|要是|假如|会不会|会导致|能导致|会引起|引起|导致|预防|避免|怎样才能不|风险|科普|文章"
    r"|说明书|书上|网上说|听说|听人说|好奇|怕以后|担心以后|怕会|担心会|怕得|担心得|梦见|梦到|小说里|电视里"
    r"|电影里|追剧|电视剧|剧里|片子里|女主角|男主角|主角)[^。！？\n，,]{0,8}$"
)
_ASKED_IN_GENERAL = re.compile(
    r"^[^。！？\n]{0,4}(?:会不会有|会有什么|有什么副作用|有没有副作用|会怎么样|是什么症状|有哪些症状"
    r"|是什么意思|是啥意思|到?多少度|怎么预防|的症状|的预防|的原因是)"
)
_PART = re.compile(r"[，,；;]")


def denied(before: str, after: str) -> bool:
    own = _PART.split(before)[-1]
    if not _NOT_DENYING.search(own):
        if _DENIAL.search(own) or _ALSO_DENIED.search(own):
            return True
        if _LISTED.search(own):
            return True
    if _ASKS.search(own) and _ASKED_THEN_NO.match(after):
        return True
    return bool(_ANSWERED_NO.match(after))


def gap_denies(gap: str) -> bool:
    own = re.split(r"[，,；;、]", gap)[-1]
    return bool(_DENIAL.search(own)) and not _NOT_DENYING.search(own)


def over(before: str, matched: str, after: str) -> bool:
    parts = _PART.split(before)
    behind = _PART.split(after)
    own = parts[-1] + matched + behind[0]
    if _GONE_AT_ONCE.match(after):
        return True
    if _NOW.search(parts[-1]) or _STARTED.search(parts[-1] + behind[0]):
        return False
    if _OVER.search(own):
        return True
    lead = parts[-2] if len(parts) > 1 and len(parts[-2]) <= 12 else ""
    if lead and _OVER.search(lead) and not _STARTED.search(lead) and not _NOW.search(own):
        return True
    return bool(_GONE.match(after)) and not _NOW.search(parts[-1])


def someone_else(before: str, matched: str, after: str, about: str | None) -> bool:
    if _SELF.search(matched) or about == "other":
        return False
    whole = before + matched
    others = [
        found
        for found in _OTHER.finditer(whole)
        if not (about == "child" and (found["young"] or found["third"]))
    ]
    if not others:
        return False
    own = max((found.start() for found in _SELF.finditer(whole)), default=-1)
    since = [found for found in others if found.start() > own]
    if not since:
        return False
    rest = whole[since[0].end() :] + _PART.split(after)[0]
    told = before + matched + (_PART.split(after)[0] if _SELF.search(after) else after)
    if _REPORTS.match(rest):
        return False
    return not _OTHER_NOW.search(told)


def imagined(before: str, after: str) -> bool:
    return bool(_IMAGINED.search(before)) or bool(_ASKED_IN_GENERAL.match(after))
