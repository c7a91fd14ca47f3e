/** UTF-8 bytes of a token; empty for a special token. */
export type TokenBytes = (token: number) => Uint8Array;
