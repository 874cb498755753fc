"""Tokens counted piece by piece are those of the whole text, and what counts them is freed."""

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from services.ingest.chunkers import tokens
from services.ingest.settings import IngestSettings
from services.ingest.token_counts import TokenCount, adds_up
from shared.encoding import tokenizer_of
from shared.readable import readable
from shared.settings import EncoderSettings
from tests.cases import every_case

MADE_UP = [
    "a", "B.", " ", "\n", "\t", "\x00", "\x0b", "\x1c", "\x85", "\xa0", "\u2028", "\u3000", "\u200b", "\u0301", "\xad",
    "灯", "\u3400", "\uf900", "\U00020000", "。", "む", "ก", "각", "\U0001f525", "[UNK]", "[MASK]", "##a", "ß", "İ",
    "½", "don't", "x" * 40, "ü",
]  # fmt: skip
SCRIPTS = {
    "English": "The lock at Pellmere is shut until Monday (the 3rd), the harbour office's clerk said: don't wait. ",
    "German": "Die Schleuse bleibt bis Montag geschloßen, sagt das Hafenamt. Übrigens: Fähren fahren. ",
    "Chinese": "水闸关闭至星期一。港务局说，船只要绕行！",  # noqa: RUF001
    "Japanese": "水門は月曜日まで閉鎖される。カナダの船は別の航路を使う。",
    "Korean": "수문은 월요일까지 닫힌다. 항만청이 말했다. ",
    "Thai": "ประตูน้ำจะปิดซ่อมแซมจนถึงวันจันทร์",
    "Hindi": "फाटक सोमवार तक बंद है। नावें दूसरे रास्ते से जाएँगी। ",
    "Arabic": "البوابة مغلقة حتى يوم الاثنين، قال مكتب الميناء. ",
    "Hebrew": "השער סגור עד יום שני, אמר משרד הנמל. ",
    "Greek": "Η πύλη μένει κλειστή ως τη Δευτέρα. ",  # noqa: RUF001
    "Russian": "Шлюз закрыт до понедельника, сообщает порт. ",
    "Vietnamese": "Cửa cống đóng đến thứ Hai, văn phòng cảng cho biết. ",
    "emoji": "👩‍👩‍👧 🇩🇪 👍🏽 ",
    "numbers": "1,000 3.5 2025-03-03 €7 ",
    "mixed": "The 水闸 (gate) is 关闭 until Montag\u00a0früh\u3000. ",
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    path = tokenizer_of(EncoderSettings())
    assert path is not None
    made = Tokenizer.from_file(str(path))
    made.no_truncation()
    made.no_padding()
    return made


@given(text=st.one_of(st.lists(st.sampled_from(MADE_UP), max_size=60).map("".join), st.text(max_size=60)))
def test_pieces_cost_together_what_the_whole_text_costs(tokenizer: Tokenizer, text: str) -> None:
    count = TokenCount(tokenizer)

    assert count(text) == count.whole(readable(text))


def test_chunks_of_many_scripts_are_those_of_counting_whole_texts(
    tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pieces = tokens.TokenChunker(tokenizer, 192)
    monkeypatch.setattr("services.ingest.token_counts.adds_up", lambda _: False)
    whole = tokens.TokenChunker(tokenizer, 192)

    with every_case() as case:
        for script, text in SCRIPTS.items():
            with case(script):
                paragraphs = f"{text * 30}\n\n{text * 3}\n{text * 40}"
                assert by_pieces("Lock shut", "03 March 2025", paragraphs) == whole(
                    "Lock shut", "03 March 2025", paragraphs
                )


def test_only_what_reads_text_as_bert_does_is_counted_by_pieces(tokenizer: Tokenizer) -> None:
    assert adds_up(tokenizer)

    other = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))  # noqa: S106 (no secret)
    assert not adds_up(other)
    other.pre_tokenizer, other.normalizer = pre_tokenizers.BertPreTokenizer(), normalizers.BertNormalizer()
    assert adds_up(other)
    other.normalizer = normalizers.BertNormalizer(handle_chinese_chars=False)
    assert not adds_up(other)
    other.normalizer = normalizers.BertNormalizer()
    other.add_tokens(["two words"])
    assert not adds_up(other)


def test_a_chunker_that_is_no_longer_used_is_freed() -> None:
    chunker = tokens.build(IngestSettings(), EncoderSettings())
    chunker("Lock shut", "03 March 2025", "It is shut. " * 200)
    counting = weakref.ref(chunker.count)

    del chunker
    gc.collect()

    assert counting() is None
