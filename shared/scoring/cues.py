"""Words that say what a statement is worth: denials, hedges, corrections, in the languages that news is asked in.

Phrases are folded words with single spaces. A phrase of one word is one token; the longer are looked for as they stand.
"""

NEGATORS = frozenset(
    "not no never neither nor none nobody nothing without isn't wasn't aren't weren't didn't doesn't don't won't "
    "wouldn't can't cannot couldn't hasn't haven't hadn't isnt wasnt arent didnt doesnt "
    "ni nunca tampoco jamás "  # Spanish; "no" is there
    "pas jamais aucun aucune ne sans "  # French
    "nicht kein keine keiner keinen keinem nie niemals weder ohne "  # German
    "non né nessuno nessuna mai senza "  # Italian
    "não nem nenhum nenhuma sem "  # Portuguese
    "niet geen nooit "  # Dutch
    "inte ikke ej icke ingen inget "  # Scandinavian
    "ei eivät eikä "  # Finnish
    "nie není nebyl nebyla nebylo nejsou nebo ne "  # Polish, Czech, Hungarian's nem
    "nem değil "  # Hungarian, Romanian, Turkish
    "не ни нет нету ні без "  # Cyrillic
    "δεν όχι μη "  # Greek
    "ليس ليست لا لم لن غير ما "  # Arabic
    "לא אין איננו "  # Hebrew
    "नहीं न मत "  # Hindi
    "bukan tidak không".split()
) - {"nebo", "ma", "ما", "न", "mai"}
PROTECTED = (
    "no doubt", "without doubt", "without a doubt", "without question", "no question", "not surprisingly",
    "none other than", "nothing but", "nothing other than", "nobody but", "no one but", "no other than",
    "nobody else but", "no one else but", "nobody other than", "no one other than", "nobody except", "no one except",
    "not to be doubted", "not least", "no longer in doubt", "no less than", "no fewer than", "no later than",
    "sin duda", "sans doute", "sans aucun doute", "kein zweifel", "ohne zweifel", "senza dubbio", "sem dúvida",
    "без сомнения",
)  # fmt: skip
"""With a negator in them, and yet they deny nothing that follows."""
DENIALS = (
    "rather than", "instead of", "other than", "except", "except for", "apart from", "excluding", "unlike", "far from",
    "anything but", "as opposed to", "in place of", "false that", "wrong that", "untrue that", "incorrect that",
    "ruled out", "rules out", "denied that", "denies that", "deny that", "denied it", "hardly", "fails to be",
    "disproved", "debunked", "wrongly", "mistakenly", "incorrectly", "falsely", "erroneously", "doubt that", "myth that",
    "en vez de", "en lugar de", "au lieu de", "plutôt que", "anstatt", "statt", "invece di", "em vez de", "вместо",
)  # fmt: skip
"""Before what they deny."""
PAST = (
    "formerly", "previously", "used to be", "no longer", "once called", "once thought", "originally", "at first",
    "initially", "the former", "outdated", "corrected from", "up from", "down from", "revised from", "changed from",
    "moved from", "postponed from", "before it was", "before that", "in the past", "used to say", "until recently", "earlier said", "had been said to be", "first said", "was first",
    "antes era", "auparavant", "früher", "ehemals", "in precedenza", "anteriormente", "раньше", "ранее",
)  # fmt: skip
"""Before what was said or true once; they do not count where the question itself has them."""
NOW = frozenset("now currently today nowadays ahora maintenant jetzt heute adesso agora nu теперь сейчас".split())
THEN = frozenset("was were before had until till used then era war était fut был была было".split())
"""What was, where another statement says what is now."""
WON_AGAINST = frozenset(
    "beat beats beaten beating defeated defeats defeating overcame overcomes thrashed edged outscored besiegte batió derrotó battu"
    .split()
)
LOST = (
    "lost", "loses", "lose", "was beaten", "were beaten", "was defeated", "were defeated", "was knocked out", "came second",
    "finished second", "was eliminated", "conceded", "verlor", "perdió", "a perdu", "проиграл", "проиграла",
)  # fmt: skip
CONTESTED = WON_AGAINST | frozenset("lost lose loses loser defeat beat runner second opponent against eliminated".split())
"""Words of a question that asks for who lost."""
WRONG = frozenset(
    "wrong incorrect false untrue mistaken outdated excluded impossible falsch faux falso falsa incorrecto incorrecta "
    "incorrect errato неверно неправильно fout fel".split()
)
"""Behind a form of "to be"."""
BE = frozenset(
    "is was are were be been has have had did does do will would can could should must it that's thats "
    "ist war sind waren wird hat est était sont fut a es era fue son ha é foi são è sono fu är är var er blev".split()
)
HEDGES = (
    "maybe", "perhaps", "possibly", "might", "could be", "could have", "may be", "may have", "not sure", "unsure",
    "not certain", "uncertain", "a guess", "i guess", "my guess", "i'd guess", "whether", "rumoured", "rumored",
    "allegedly", "supposedly", "some say", "conceivably", "hard to say", "either", "don't know", "do not know",
    "one of", "who knows", "if it is", "if it was", "asks if", "asked if", "asked about", "cannot rule out",
    "quizás", "quizá", "tal vez", "puede que", "a lo mejor", "peut-être", "peut être", "vielleicht", "möglicherweise",
    "eventuell", "forse", "talvez", "misschien", "kanske", "måske", "kanskje", "ehkä", "może", "možná", "talán", "belki",
    "может быть", "возможно", "наверное", "можливо", "ίσως", "ربما", "אולי", "शायद", "mungkin", "có thể", "có lẽ",
)  # fmt: skip
HEDGES_WITHOUT_SPACES = ("可能", "也许", "也許", "或许", "或許", "大概", "たぶん", "多分", "おそらく", "もしかし")
HEDGED_BEHIND = ("かもしれ", "かも知れ", "でしょうか", "だろうか", "吗", "嗎", "일지도", "일 수도")
DOUBTS = (
    "i think", "i believe", "probably", "likely", "presumably", "apparently", "seems", "appears", "i suppose",
    "it is said", "reportedly", "creo que", "je crois", "ich glaube", "wahrscheinlich", "probablement", "probablemente",
    "provavelmente", "probabilmente", "credo", "вероятно", "думаю", "아마",
)  # fmt: skip
"""Still an assertion, and yet worth a second look."""
CORRECTIONS = (
    "no wait", "no, wait", "wait, no", "wait no", "scratch that", "correction", "i mean", "i meant", "or rather",
    "my mistake", "sorry", "let me correct", "no, actually", "no actually", "on second thought", "strike that",
    "oder vielmehr", "quiero decir", "je veux dire", "ich meine", "вернее", "точнее",
)  # fmt: skip
"""What was said before them is taken back."""
DENIED_BEFORE = ("不是", "并非", "並非", "不", "没有", "沒有", "非", "不在", "絕非", "绝非", "ไม่ใช่", "ไม่")
DENIED_BEHIND = (
    "ではない", "じゃない", "ではありません", "じゃありません", "でない", "ではなく", "じゃなく", "ではなかった",
    "不是", "并不是", "并非", "並非", "没有", "沒有", "不在",
    "아닙", "아닌", "아냐", "이 아니", "가 아니", "은 아니", "는 아니", "아니", "이아니", "가아니", "ではな", "じゃな", "では無",
)  # fmt: skip
OR = frozenset("or oder o u ou eller tai lub czy nebo или або ή או أو या 或 或者 还是 または vagy veya alebo albo".split())
AND = frozenset("and & plus y e et und en og och ja i a и і та και ו و और 和 与 と és ve".split())
BUT = frozenset(
    "but however although though whereas while sino pero sondern aber mais ma però mas maar men но а utan ale".split()
)
ARTICLES = frozenset(
    "a an the le la les l un une der die das den dem des ein eine einen einem einer el los las una il lo gli "
    "o os as um uma de het een en ett et ال".split()
)
FUNCTION = frozenset(
    "of and in on at for to from by with into as is was are were be it its this that these those he she they we i "
    "you his her their our my there then so about "
    "de du des d von vom zu im am aus und en y del di da do dos na em e et à au aux в на из с к о и у w we z ze do v "
    "ve k u i".split()
) | ARTICLES
TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir dame lord lady captain capt lieutenant lt colonel col general gen major sergeant "
    "sgt president prime minister chancellor king queen prince princess pope saint st mayor senator sen governor gov "
    "judge justice chief secretary ambassador reverend rev father sister brother coach director ceo minister premier "
    "herr frau monsieur madame señor señora don doña господин президент former ex-president mister engineer architect "
    "author singer actor actress driver player artist farmer".split()
)
