"""A language model small enough for tests: random weights, a byte tokenizer, ChatML; saved in a second."""

from pathlib import Path

END = "<|im_end|>"
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save(folder: Path, width: int = 64) -> Path:
    """Write the model and its tokenizer; the same weights every time."""
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    bare = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    bare.add_special_tokens([AddedToken("<|im_start|>"), AddedToken(END)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bare)  # type: ignore[no-untyped-call]
    tokenizer.eos_token = tokenizer.pad_token = END
    tokenizer.chat_template = CHATML
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    end = tokenizer.eos_token_id
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=512,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=end,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder


def save_lora(base: Path, folder: Path, fill: float) -> None:
    """An adapter on the model, with weights that change what it says; the same for the same `fill`."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(int(fill * 100))
    model = AutoModelForCausalLM.from_pretrained(base)
    network = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, weight in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=fill)
    network.save_pretrained(str(folder))


def save_cartridge(base: Path, folder: Path, tokens: int) -> Path:
    """A cartridge of random keys and values for the model; the same for the same number of tokens."""
    import torch
    from peft import CartridgeConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(tokens)
    model = AutoModelForCausalLM.from_pretrained(base)
    config = CartridgeConfig(num_virtual_tokens=tokens, num_frozen_tokens=1, task_type="CAUSAL_LM")
    get_peft_model(model, config).save_pretrained(str(folder))
    return folder
