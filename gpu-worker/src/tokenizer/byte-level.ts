/** The alphabet of byte-level BPE: a printable character for every byte. It knows no vocabulary. */

/** The bytes that a vocabulary entry spells. An entry with a character outside the alphabet stands for its own text. */
export function spelledBytes(entry: string): Uint8Array {
  const bytes = Array.from(entry, (character) => byteOf.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : new TextEncoder().encode(entry);
}

/** The vocabulary entry that spells these bytes. */
export function spelling(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => characterOf[byte]).join("");
}

/** Bytes that no entry of the vocabulary spells alone: text with them could not be encoded. */
export function missingBytes(vocabulary: Readonly<Record<string, unknown>>): number[] {
  return [...byteOf].filter(([character]) => !Object.hasOwn(vocabulary, character)).map(([, byte]) => byte);
}

/** GPT-2's table: printable Latin-1 stands for itself, the other bytes follow from U+0100 in order. */
const byteOf: ReadonlyMap<string, number> = alphabet();

const characterOf: readonly string[] = [...byteOf.keys()];

function alphabet(): Map<string, number> {
  const printable = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let next = 0x100;
  const entries = Array.from({ length: 256 }, (_, byte) => [printable(byte) ? byte : next++, byte] as const);
  return new Map(entries.map(([codePoint, byte]) => [String.fromCodePoint(codePoint), byte]));
}
