"""The model's shape and the ids that the tokenizer fixes. Knows no tensors."""

from __future__ import annotations

from dataclasses import asdict, dataclass

END_OF_TEXT = 0
MASK = 1
END_OF_TURN = 4
#: The first ids are special tokens; noise never writes them.
FIRST_ORDINARY = 5


@dataclass(frozen=True)
class ModelConfig:
    """Hyper-parameters of a LLaDA2 mixture-of-experts model, named as in its config.json."""

    vocab_size: int = 2048
    hidden_size: int = 256
    num_hidden_layers: int = 6
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 64
    intermediate_size: int = 512
    moe_intermediate_size: int = 128
    num_experts: int = 16
    num_experts_per_tok: int = 2
    num_shared_experts: int = 1
    n_group: int = 4
    topk_group: int = 2
    routed_scaling_factor: float = 2.5
    first_k_dense_replace: int = 1
    partial_rotary_factor: float = 0.5
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-6
    block_length: int = 32
    #: The longest sequences in the training data; the model is untrained beyond them.
    max_position_embeddings: int = 2048

    @property
    def rotary_dim(self) -> int:
        """Dimensions of a head that are rotated; the rest pass through."""
        return int(self.head_dim * self.partial_rotary_factor)

    def to_hf(self) -> dict:
        """The contents of config.json of a released checkpoint."""
        own = asdict(self)
        own.pop("block_length")
        own.pop("max_position_embeddings")
        return {
            "architectures": ["LLaDA2MoeModelLM"],
            "model_type": "llada2_moe",
            **own,
            "hidden_act": "silu",
            "use_qkv_bias": False,
            "use_bias": False,
            "use_qk_norm": True,
            "norm_topk_prob": True,
            "score_function": "sigmoid",
            "moe_router_enable_expert_bias": True,
            "router_dtype": "fp32",
            "tie_word_embeddings": False,
            "max_position_embeddings": self.max_position_embeddings,
            "rotary_dim": self.rotary_dim,
            "torch_dtype": "bfloat16",
            "pad_token_id": END_OF_TEXT,
            "eos_token_id": END_OF_TEXT,
            "mask_token_id": MASK,
            "block_length": self.block_length,
        }
