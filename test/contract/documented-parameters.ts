/** Parameters of requests that vLLM and SGLang document, by their names, as of November 2026. OpenAI's are in its package. */

const names = (text: string): string[] => text.trim().split(/\s+/);

/** vllm/entrypoints/openai, at 002032ee; the `guided_` parameters are of versions before 0.12. */
const vllmShared = names(`
  model frequency_penalty logit_bias logprobs max_tokens n presence_penalty response_format seed stop stream stream_options
  temperature top_p user use_beam_search top_k min_p repetition_penalty watermarking length_penalty stop_token_ids
  include_stop_str_in_output ignore_eos min_tokens skip_special_tokens spaces_between_special_tokens truncate_prompt_tokens
  truncation_side prompt_logprobs logprob_token_ids allowed_token_ids bad_words echo add_special_tokens structured_outputs
  priority request_id session_id return_tokens_as_token_ids return_token_ids routed_experts_prompt_start return_token_offsets
  return_mm_kwargs cache_salt kv_transfer_params ec_transfer_params vllm_xargs repetition_detection stream_interval
  thinking_token_budget guided_json guided_regex guided_choice guided_grammar guided_decoding_backend
  guided_whitespace_pattern structural_tag
`);

export const vllm = {
  chat: names(`
    messages top_logprobs max_completion_tokens tools tool_choice reasoning_effort include_reasoning parallel_tool_calls
    add_generation_prompt continue_final_message documents chat_template chat_template_kwargs media_io_kwargs
    mm_processor_kwargs return_prompt_text
  `).concat(vllmShared),
  completions: names("prompt suffix prompt_embeds").concat(vllmShared),
};

/** python/sglang/srt/entrypoints/openai/protocol.py, at 004c82e0. */
const sglangShared = names(`
  model frequency_penalty logit_bias logprobs max_tokens n presence_penalty response_format seed stop stream stream_options
  temperature top_p user return_hidden_states return_routed_experts routed_experts_start_len return_cached_tokens_details
  return_token_ids top_k min_p min_tokens regex ebnf repetition_penalty stop_token_ids stop_regex no_stop_trim ignore_eos
  skip_special_tokens lora_path session_id session_params custom_logit_processor custom_params images_config rid extra_key
  cache_salt ngram_corpus_id priority bootstrap_host bootstrap_port bootstrap_room routed_dp_rank disagg_prefill_dp_rank
  data_parallel_rank
`);

export const sglang = {
  chat: names(`
    messages top_logprobs max_completion_tokens tools tool_choice parallel_tool_calls return_prompt_token_ids
    return_meta_info reasoning_effort reasoning task continue_final_message separate_reasoning stream_reasoning
    chat_template_kwargs max_dynamic_patch min_dynamic_patch use_audio_in_video input_ids
  `).concat(sglangShared),
  completions: names("prompt best_of echo suffix json_schema custom_labels").concat(sglangShared),
};
