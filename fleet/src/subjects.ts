/** The subjects, streams and buckets of a fleet; docs/fleet.md has the picture. */
/** Text that can be part of a subject unescaped. Ids from clients are checked against it. */
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Escapes a name as one token of a subject or part of a stream's name: other bytes become `=XX`. */
export function tokenOf(name: string): string {
  const bytes = new TextEncoder().encode(name);
  const plain = (byte: number) => /[A-Za-z0-9_-]/.test(String.fromCharCode(byte));
  const escaped = (byte: number) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return Array.from(bytes, (byte) => (plain(byte) ? String.fromCharCode(byte) : escaped(byte))).join("");
}

/** Streams. */
export const EDIT_STREAM = "edits";
export const DRAFT_STREAM = "drafts";
export const wantedStream = (model: string) => `wanted-${tokenOf(model)}`;

/** Key-value buckets. */
export const RESPONSE_BUCKET = "responses";
export const REPLICA_BUCKET = "replicas";
export const MODEL_BUCKET = "models";
export const KEY_BUCKET = "keys";
export const USAGE_BUCKET = "usage";

/** Subjects of the log. */
export const logOf = (responseId: string) => `edit.${responseId}.>`;
export const draftsOf = (responseId: string) => `draft.${responseId}.>`;
export const openSubject = (responseId: string) => `edit.${responseId}.open`;
export const endSubject = (responseId: string) => `edit.${responseId}.end`;
export const errorSubject = (responseId: string) => `edit.${responseId}.error`;
export const doneSubject = (responseId: string, choice: number) => `edit.${responseId}.${choice}.done`;
export const commitSubject = (responseId: string, choice: number, block: number) =>
  `edit.${responseId}.${choice}.${block}.commit`;
export const draftSubject = (responseId: string, choice: number, block: number) =>
  `draft.${responseId}.${choice}.${block}`;

/** Notifies workers that a queue has a request. */
export const wakeSubject = (model: string) => `wake.${tokenOf(model)}`;
/** From edge to edge: the next free slot of a full queue is promised. */
export const promisedSubject = (model: string) => `promised.${tokenOf(model)}`;
export const ALL_PROMISES = "promised.*";
/** Records a request that no worker took. */
export const wantedSubject = (model: string) => `wanted.${tokenOf(model)}`;

/** Subjects of a running response, from edges to its worker. */
export const cancelSubject = (responseId: string) => `cancel.${responseId}`;
export const watchSubject = (responseId: string) => `watch.${responseId}`;

/** The subject behind the response's claim key. */
export const claimSubject = (responseId: string) => `$KV.${RESPONSE_BUCKET}.claim.${responseId}`;

/** Stored responses of a tenant, which is a hash. */
export const storedStream = (tenant: string) => `stored-${tenant}`;
export const storedSubject = (tenant: string, responseId: string) => `stored.${tenant}.${responseId}`;
export const storedPieceSubject = (tenant: string, responseId: string, version: string, piece: string) =>
  `stored.${tenant}.${responseId}.${version}.${piece}`;

/** Load reports. */
export const loadSubject = (replicaId: string) => `load.${tokenOf(replicaId)}`;
export const ALL_LOADS = "load.*";
