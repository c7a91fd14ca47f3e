/** Ten kinds of text that tokenizers take differently, each as large as a request's body may be. */

/** Bytes of the text as JSON: just below the edge's limit of 4 MiB for a body. */
const JSON_BYTES = 3_900_000;

/** Pieces of text by kind; a prompt repeats one. */
const pieces: Readonly<Record<string, string>> = {
  spaces: " ",
  newlines: "\n",
  "one letter": "a",
  words: "the quick brown fox jumps over the lazy dog ",
  code: "for (let i = 0; i < n; i++) { sum += values[i]; }\n",
  digits: "31415926535897932384626433832795",
  punctuation: "!?.,;:-()[]{}<>/\\|@#$%^&*_+=~`'",
  Chinese: "床前明月光疑是地上霜举头望明月低头思故乡",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈👍🏽",
  "special tokens": "<|endoftext|><role>HUMAN</role>",
};

export const KINDS: readonly string[] = Object.keys(pieces);

export function largeText(kind: string): string {
  const piece = pieces[kind];
  if (piece === undefined) throw new Error(`no kind of text is named "${kind}"; there are ${KINDS.join(", ")}`);
  const pieceBytes = Buffer.byteLength(JSON.stringify(piece)) - 2;
  return piece.repeat(Math.floor(JSON_BYTES / pieceBytes));
}
