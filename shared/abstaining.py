"""Whether a text says no more than that its writer does not know, by the meaning of its sentences.

"The news does not say who won." and "No lo sé." abstain; "Nobody" is an answer, and so is what names somebody and then
says what else is not known. A statement about what others do not know ("Nobody knows why the bell rang.") is one too.
"""

import re
import unicodedata
from functools import lru_cache

import regex

from shared.messages import Answer

VERSION = "1"
LONGEST = 60
"""Words: who does not know says so in fewer."""
_NEWS = (
    r"(?:(?:the|this|these|that|those|any|all|my|your|either|both|given|provided|available|supplied|above|news|retrieved|"
    r"short|following|of|in|context|two|three|other)\s)*"
    r"(?:news|articles?|texts?|passages?|evidence|context|documents?|reports?|sources?|information|materials?|story|stories|"
    r"excerpts?|snippets?|paragraphs?|items?|data|input|question|content|database|search results?|results?|knowledge|writer|author)"
)
_NOT = r"(?:not|n't|never|no longer)"
_DO = r"(?:(?:do|does|did|is|are|was|were|has|have|had|can|could|would|will)(?:\s?not|n't)|cannot|can't|never|fails? to|failed to)"
_TELL = (
    r"(?:say|says|mention|state|specify|tell|contain|provide|include|give|indicate|reveal|name|identify|answer|disclose|report|"
    r"cover|address|discuss|explain|have|show|list|describe|clarify|refer|note|detail|confirm|offer|make (?:it )?clear|"
    r"mentioned|stated|specified|given|enough|sufficient|talk|help|speak|said|told)"
)
_KNOWN = (
    r"(?:known|stated|mentioned|specified|given|said|told|reported|disclosed|available|provided|named|revealed|clear|certain|"
    r"announced|indicated|identified|included|listed|described|discussed|confirmed|public|answered|possible to \w+|explicitly \w+|"
    r"in the \w+|covered|addressed|recorded|published|determined|something i)"
    r"(?=$|\s(?:in|by|here|from|at|to|yet|who|whom|what|when|where|which|why|how|if|whether|anywhere|explicitly|or|and|for|on|as|exactly|"
    r"with|about|so|publicly|precisely|either|directly))"
)
_SUBJECT = r"(?:it|this|that|these|the \w+(?:\s\w+){0,6}|his \w+|her \w+|its \w+|their \w+|which|who|what|where|when|why|how)"
_ENGLISH = (
    rf"\bi(?:'m| am)? (?:really |honestly |just |simply |currently |still )*{_DO}(?: (?:really|actually|currently|even|yet))? "
    r"(?:know|tell|say|answer|find|determine|recall|remember|see|have|be (?:sure|certain)|confirm|provide|give|identify|locate|possess)",
    r"\b(?:i|we) (?:really |honestly )?(?:have|had|'ve) (?:absolutely )?(?:no|not enough|insufficient|little) (?:\w+ )?(?:idea|information|"
    r"knowledge|clue|answer|record|data|details?|evidence|access|way|context)",
    r"\bi(?:'m| am| was) (?:\w+ )?(?:not (?:\w+ )?(?:sure|certain|aware|able|familiar|informed)|unsure|uncertain|unable|unaware)",
    r"\bi (?:was|am)n't (?:sure|able|aware)", r"\bi lack\b", r"\bi would(?:n't| not) know\b", r"\bi (?:couldn't|could not) say\b",
    rf"\b{_NEWS} (?:\w+ )?(?:{_DO}(?: (?:actually|explicitly|specifically|directly|clearly|even|ever))? {_TELL}|say(?:s)? nothing|"
    r"makes? no mention|gives? no|contains? no|provides? no|has no|have no|offers? no|mentions? no|names? no|lacks?|is silent|are silent|"
    r"leaves? (?:it|this|that) open|omits?)",
    rf"^(?:it |they )?(?:just |also |simply )?{_DO}(?: (?:actually|explicitly|even))? {_TELL}",
    rf"\b(?:none|neither) of {_NEWS} {_TELL}", r"^we (?:are|were) (?:not|never) (?:told|given)\b",
    rf"\b{_SUBJECT} (?:is|was|are|were|has been|had been|have been|remains|remain|has|had)(?: (?:yet|still|currently|also))? ?{_NOT} "
    rf"(?:been |yet |yet been |explicitly |specifically |actually |currently |be )*{_KNOWN}\b",
    rf"\b{_SUBJECT} (?:isn't|wasn't|aren't|weren't|hasn't been|hadn't been|haven't been) (?:explicitly |yet |actually )*{_KNOWN}\b",
    rf"\b{_SUBJECT} (?:is|was|are|were|remains|remain|stays) (?:still |currently |as yet )?(?:unknown|unclear|uncertain|unspecified|"
    r"undisclosed|unstated|unnamed|unavailable|unreported|impossible to (?:say|tell|know|determine))\b",
    r"\bthere(?:'s| is| was| are| were)(?: \w+)? (?:no|not enough|insufficient|nothing|not any|n't any|n't enough) ?(?:\w+ ){0,3}"
    r"(?:information|mention|evidence|answer|details?|data|way|indication|record|reference|said|here|stated|about|news|in the)\b",
    r"\bthere (?:isn't|wasn't|aren't) (?:any|enough) (?:\w+ )?(?:information|mention|evidence|answer|details?|data|indication)",
    r"^(?:no|not enough|insufficient) (?:\w+ ){0,2}(?:information|mention|details?|evidence|data|answer|reference|indication)"
    r"(?:$|\s(?:(?:is|are|was|were) (?:available|given|provided|mentioned|included|in)|of (?:it|this|that|the|any|who|when|where|how)|"
    r"about|on|regarding|available|provided|given|in the|here|concerning|to answer|as to|for)\b)",
    r"\b(?:cannot|can't|can not|could not|couldn't) be (?:\w+ )?(?:determined|answered|known|inferred|found|established|said|told|identified)",
    r"\bnothing (?:in|is said|is mentioned|was said|about|on|here|to that effect)\b",
    r"^(?:it(?:'s| is)|that(?:'s| is))? ?(?:not|never) (?:yet |explicitly |specifically |directly |clearly |actually )*"
    r"(?:known|stated|mentioned|specified|given|said|reported|disclosed|available|provided|clear|named|revealed|sure|certain|"
    r"indicated|in the \w+|enough \w+|found|identified|determinable|answerable)\b",
    r"^(?:hard|difficult|impossible|too early|unable|unclear|unsure|unknown) to (?:say|tell|know|determine|answer)",
    r"^(?:unclear|unknown|unspecified|undisclosed|undetermined)(?: (?:from|in|to|at|based|as|given)\b.*)?$",
    r"^(?:do not|don't|dunno|can't|cannot|could not|couldn't) ?(?:know|say|tell|answer|find)?\b(?! (?:you|be|let))",
    r"^(?:no idea|no clue|n a|na|not sure|no answer|not applicable|idk|pass|none given|not found|beats me|no comment)\b",
    r"\bi(?:'d| would) need (?:more|further|additional)\b", r"\bi decline\b", r"\bunable to (?:answer|determine|find|say|tell)\b",
)
_OTHERS = (
    r"\bno (?:lo )?sé\b", r"^no (?:lo )?se$", r"\bno se sabe\b", r"\bno (?:se |lo )*(?:dice|mencionan?|indican?|especifican?|informan?|dicen|aclara|consta|precisa)\b",
    r"\bno tengo (?:información|idea|datos)\b", r"\bdesconozco\b", r"\bse desconoce\b", r"\bno hay (?:información|datos|respuesta)\b",
    r"\bno (?:está|es) (?:claro|conocido|posible)\b", r"^desconocid[oa]$", r"\bni idea\b",
    r"\bne (?:le )?sa(?:is|it) (?:pas|rien)\b", r"\bj(?:e |')(?:l')?ignore\b", r"\bn(?:e |')\w+ (?:rien|pas)\b.*\b(?:qui|quand|où|quel|combien|cela|ce)\b",
    r"\bne (?:le )?(?:dit|disent|mentionnent?|précisent?|indiquent?|donnent?|révèlent?) (?:pas|rien|aucune?)\b",
    r"\bn'est pas (?:précisée?|mentionnée?|indiquée?|connue?|clair|dit|donnée?)\b", r"\b(?:aucune|pas d') ?information\b", r"^inconnue?$",
    r"\bweiss (?:ich |es |das )*(?:leider )?nicht\b", r"\b(?:keine ahnung|keine angaben?|keine informationen?|keine antwort)\b",
    r"\bnicht (?:bekannt|genannt|erwähnt|gesagt|angegeben|klar|beantworten|hervor)\b", r"\bsteht (?:dort |da |darin |hier )?nicht\b", r"^unbekannt$",
    r"\b(?:sagt|sagen|nennt|nennen|erwähnt|erwähnen) (?:\w+ ){0,4}nicht", r"\bist unbekannt\b",
    r"\bnon (?:lo )?so\b", r"\bnon (?:si |lo )?(?:sa|dice|dicono|specifica|menziona|indica|riporta)\b", r"\bnon è (?:noto|specificato|indicato|chiaro|menzionato)\b",
    r"^sconosciut[oa]$", r"\bnessuna informazione\b",
    r"\bnão (?:o )?sei\b", r"\bnão (?:se )?(?:sabe|diz|dizem|menciona|mencionam|informa|informam|especifica|há informaç\w+|tenho informaç\w+)\b",
    r"^desconhecid[oa]$", r"\bnão (?:é|está) (?:claro|mencionad[oa]|conhecid[oa])\b",
    r"\bweet (?:ik )?(?:het )?niet\b", r"\bniet (?:bekend|vermeld|genoemd|duidelijk)\b", r"^onbekend$", r"\bgeen (?:idee|informatie)\b",
    r"\b(?:vet|ved) (?:jag |jeg |det )*(?:inte|ikke|ej)\b", r"^(?:okän[td]|ukendt|ukjent)$", r"\b(?:framgår|nämns|nevnes|nævnes|sägs|står) (?:det )?(?:inte|ikke|ej)\b",
    r"\ben tiedä\b", r"\bei (?:tiedossa|tiedetä|kerrota|mainita|kerro|mainitse)\b", r"\bnie wiem\b", r"\bnie (?:wiadomo|podano|podaje|podają|wspomin\w+|mówi)\b",
    r"^nieznan[yae]$", r"\bbrak informacji\b", r"\bnevím\b", r"\bnení (?:známo|uvedeno|jasné)\b", r"\bbilmiyorum\b", r"\bbilinmiyor\b", r"\bbelirtil(?:memiş|miyor)",
    r"\bnem (?:tudom|ismert|tudni|derül ki)\b", r"^ismeretlen$", r"\bnu (?:știu|se știe|stiu)\b", r"^necunoscut$", r"\btidak (?:tahu|diketahui|disebutkan)\b",
    r"\bkhông (?:biết|rõ|được nêu)\b", r"\bδεν (?:γνωρίζω|ξέρω|αναφέρ\w+|είναι γνωστό)\b", r"^άγνωστο$",
    r"\bне (?:знаю|известно|сказано|указано|сообщается|сообщили|говорится|упоминается|уточняется|ясно|могу (?:ответить|сказать))\b",
    r"\b(?:неизвестно|невідомо|не відомо|не вказано|не знаю)\b", r"\bнет (?:информации|данных|сведений|ответа)\b",
    r"[わ分]か(?:りません|らない)", r"知りません|知らない|不明(?:です)?$|情報(?:が|は)(?:ありません|ない)|(?:書かれて|記載されて|述べられて|触れられて)いません|記載(?:が|は)ありません",
    r"不知道|不清楚|^未知|不详|不詳|無法(?:確定|回答|得知)|无法(?:确定|回答|得知|判断)|(?:没有|沒有|未)(?:提到|提及|说明|說明|提供|报道|指出|说|透露)|没有.{0,6}信息",
    r"모르겠|모릅니다|몰라요|알 수 없|나와 ?있지 않|언급(?:되지|이 없|하지)|정보가 없",
    r"لا (?:أعرف|أعلم|أدري|نعرف|يعرف|تذكر|يذكر|توجد معلومات|تقول)|غير (?:معروف|مذكور|محدد)|لم (?:يذكر|تذكر|يُذكر)|ليس لدي",
    r"पता नहीं|नहीं पता|नहीं जानत|मालूम नहीं|जानकारी नहीं|^अज्ञात|नहीं बताया|उल्लेख नहीं", r"(?:לא|אינני|איני) (?:יודעת?|ידוע)|לא (?:נאמר|צוין|מוזכר)",
)  # fmt: skip
_SAYS = regex.compile("|".join((*_ENGLISH, *_OTHERS)))
_ALONE = regex.compile(r"unknown|n/?a|none given|\?+|not known|no answer|no information(?: available)?")
_ABOUT_NEWS = regex.compile(
    rf"^(?:however |but |only |instead |and |it only )*(?:(?:in|from|according to|based on) )?{_NEWS}\b|^(?:it|they) (?:only |just )?"
    r"(?:says?|mentions?|talks?|discuss(?:es)?|describes?|covers?|refers?|focus(?:es)?|states?)\b|^(?:i(?:'m| am) )?sorry\b|"
    r"^(?:unfortunately|apologies|hm+|well|please|if you|you may|you could|let me know|no$|as an ai|i would|as of my)\b|^i only (?:know|have)\b"
)
_SENTENCE = regex.compile(r"(?<=[.!?])\s+|[;\n]+|(?<=[\u3002\uff01\uff1f])|\s[\u2013\u2014-]\s")
_BUT = regex.compile(r",?\s(?:but|however|although|though|except|yet)\s|,\s(?:so|therefore|maybe|perhaps|possibly|probably|and)\s|,\s(?=i\s)")
_CITATION = regex.compile(r"\s?\[\d{1,3}(?:\s?[,;]\s?\d{1,3})*\]")


def abstains(text: str) -> bool:
    """True for a text that declines to answer, in any of two dozen languages."""
    shown = _folded(text)
    if len(shown) > LONGEST * 12 or len(shown.split()) > LONGEST:
        return False
    return _abstains(shown)


def declined(answer: Answer) -> bool:
    """Whether an answer abstains, by its status or by what it says."""
    return answer.status == "abstained" or (answer.status == "answered" and abstains(answer.text))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _CITATION.sub("", text)).casefold()
    return plain.replace("\u2019", "'").translate(str.maketrans("", "", "*_`\"\u201c\u201d")).strip()


@lru_cache(maxsize=4_096)
def _abstains(shown: str) -> bool:
    bare = shown.strip(" .!()[]")
    if _ALONE.fullmatch(bare):
        return True
    said = [piece for sentence in _SENTENCE.split(shown) for piece in _BUT.split(sentence) if re.search(r"\w", piece)]
    pieces = [re.sub(r"^\W+|[.!?\u3002\uff01\uff1f)\s]+$", "", piece) for piece in said]
    without = [_SAYS.search(piece) is not None for piece in pieces]
    return any(without) and all(
        silent or _ABOUT_NEWS.search(piece) for silent, piece in zip(without, pieces, strict=True)
    )
