"""Units, scales and number words, each under every name that answers use for it."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Unit:
    """`factor`: what one of it is in the unit that its dimension is counted in; `name`: of that unit."""

    name: str
    dimension: str
    factor: float


SCALES = {
    name: value
    for value, names in (
        (1e2, "hundred"),
        (1e3, "thousand tausend mille mil mila tusen tūkst тысяч тысячи тысяча тыс tys 千"),
        (1e4, "万 萬 만"),
        (1e5, "lakh lakhs लाख"),
        (1e6, "million millions mn mln mio mio. millionen millón millones milhão milhões milione milioni miljoen "
              "miljoonaa miljoner milionů milionów миллион миллиона миллионов млн мільйонів 百万"),
        (1e7, "crore crores करोड़"),
        (1e8, "億 亿 억"),
        (1e9, "billion billions bn milliarde milliarden mrd mrd. milliard milliards miliardo miliardi miljard "
              "miljardia miliardów миллиард миллиарда миллиардов млрд"),
        (1e12, "trillion trillions tn 兆"),
    )
    for name in names.split()
}  # fmt: skip
_UNITS: dict[str, list[tuple[float, str]]] = {
    "length": [(0.001, "mm millimetre millimetres millimeter millimeters"),
               (0.01, "cm centimetre centimetres centimeter centimeters zentimeter"),
               (1.0, "m metre metres meter meters metro metros mètre mètres metri метр метра метров метрів"),
               (1000.0, "km kms kilometre kilometres kilometer kilometers kilómetro kilómetros kilomètres kilometern "
                        "chilometri quilômetros км километр километра километров 公里")],
    "miles": [(1.0, "mile miles mi")],
    "feet": [(1.0, "foot feet ft")],
    "mass": [(0.001, "g gram grams gramme grammes gramm"),
             (1.0, "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes kilogramm кг килограмм килограммов"),
             (1000.0, "t tonne tonnes tonnen toneladas тонн тонна")],
    "pounds (mass)": [(1.0, "lb lbs")],
    "volume": [(0.001, "ml millilitre millilitres milliliter milliliters"),
               (1.0, "l litre litres liter liters litro litros литр литра литров")],
    "area": [(1.0, "hectare hectares ha hektar"), (100.0, "km² sq|km square|kilometres square|kilometers")],
    "acres": [(1.0, "acre acres")],
    "time": [(1.0, "s sec secs second seconds sekunde sekunden segundo segundos seconde secondes секунд"),
             (60.0, "min mins minute minutes minuten minuto minutos минут минуты"),
             (3600.0, "h hr hrs hour hours stunde stunden hora horas heure heures час часа часов 小时 時間"),
             (86400.0, "day days tag tage tagen día días jour jours dia dias giorni день дня дней 天"),
             (604800.0, "week weeks woche wochen semana semanas semaine semaines неделя недели недель")],
    "months": [(1.0, "month months monat monate monaten mes meses mois mesi месяц месяца месяцев"),
               (12.0, "year years yr yrs jahr jahre jahren año años an ans anos anni год года лет 年")],
    "power": [(1e-6, "w watt watts"), (0.001, "kw kilowatt kilowatts"), (1.0, "mw megawatt megawatts"),
              (1000.0, "gw gigawatt gigawatts")],
    "speed": [(1.0, "km/h kph kmh")],
    "temperature": [(1.0, "° degree degrees grad grados degrés градусов градуса градус °c celsius degrees|celsius")],
    "fahrenheit": [(1.0, "°f degrees|fahrenheit")],
    "%": [(1.0, "% percent per|cent pct prozent pour|cent por|ciento por|cento procent prosenttia процент процента "
                "процентов pc")],
    "points": [(1.0, "percentage|points percentage|point points")],
    "dollars": [(1.0, "$ us$ usd dollar dollars dólares доллар доллара долларов"), (0.01, "cent cents")],
    "euros": [(1.0, "€ eur euro euros евро")],
    "pounds": [(1.0, "£ gbp pound pounds sterling"), (0.01, "p pence penny")],
    "yen": [(1.0, "¥ yen jpy 円 日元")],
    "rupees": [(1.0, "₹ rs rs. rupee rupees inr")],
    "roubles": [(1.0, "₽ rouble roubles ruble rubles рубль рубля рублей руб")],
    "won": [(1.0, "₩ krw 원")],
    "francs": [(1.0, "chf franc francs franken")],
}  # fmt: skip
_OTHER_WORDS = frozenset("six sex once null un um uno due elf de".split())
"""Number words of one language that are other words in another, or that are articles."""
NUMBER_WORDS = {
    word: value
    for words in (
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici",
        "zero um dois três quatro cinco seis sete oito nove dez onze doze",
        "nul één twee drie vier vijf zes zeven acht negen tien elf twaalf",
        "noll ett två tre fyra fem sex sju åtta nio tio elva tolv",
        "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć",
        "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
        "нуль один два три чотири п'ять шість сім вісім дев'ять десять",
        "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
        "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस",
    )
    for value, word in enumerate(words.split())
    if word not in _OTHER_WORDS
} | {"dozen": 12, "twenty-one": 21, "veinte": 20, "zwanzig": 20, "vingt": 20, "двадцать": 20, "venti": 20}
ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


@cache
def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for dimension, units in _UNITS.items():
        for factor, names in units:
            for name in names.split():
                table[name.replace("|", " ")] = Unit(dimension, dimension, factor)
    return table


def known_unit(said: str) -> Unit | None:
    """The unit that a text names, if it is one of these."""
    return _table().get(said.strip().casefold().rstrip("."))
