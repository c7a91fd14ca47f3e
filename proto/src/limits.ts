/** The limits that edge and worker both enforce: the edge in its schema, the worker for callers that come past the edge. */

/** Choices of one response. All run on one replica, and each takes a slot there. */
export const MAX_CHOICES = 8;

/** Denoise steps after a block's last mask. Each costs a forward; the released presets use 16, and more change nothing in practice. */
export const MAX_POST_STEPS = 256;

/** Blocks that may be edited at once. All of them run in every forward: no more than a prefill runs at once. */
export const MAX_EDITING_WINDOW = 8;

/** Tokens in `logit_bias`. Each is added at every cell, at every step. */
export const MAX_BIASED_TOKENS = 1024;

/** Logits that a bias adds or subtracts at most. OpenAI's own limit: as good as a choice, or a ban. */
export const MAX_BIAS = 100;

/** Presence and frequency penalties, in either direction. OpenAI's own limit. */
export const MAX_PENALTY = 2;

/** Best tokens listed beside each committed token. OpenAI's own limit. */
export const MAX_TOP_LOGPROBS = 20;

/** OpenAI's own limit. */
export const MAX_TEMPERATURE = 2;

/** The model's head sorts this many tokens (FILTER_TOKENS of the head graph). */
export const MAX_TOP_K = 1024;

/** Characters of a schema, a pattern, a grammar, or all texts of a choice: more take the matcher too long to compile. */
export const MAX_GRAMMAR_LENGTH = 64 * 1024;

/** Texts to choose from, for the same reason. */
export const MAX_GRAMMAR_TEXTS = 1000;

/** Objects and lists inside each other, in a tool and in the arguments of a call. JSON.stringify fails at some thousand. */
export const MAX_NESTING = 256;
