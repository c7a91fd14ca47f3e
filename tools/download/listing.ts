/** A model's files as any hub lists them, and the choice of those that make a checkpoint. */
import { PackageError } from "@palimpsest/gpu-worker/errors";

/** Identifies a file's content: SHA-256 of its bytes, or its git blob id. */
export interface ContentId {
  readonly algorithm: "sha256" | "git-blob";
  readonly digest: string;
}

export interface RemoteFile {
  /** A file name without folders. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined if the hub states none: the download of such a file cannot be resumed. */
  readonly content: ContentId | undefined;
  readonly url: string;
}

/** A model on a hub. */
export interface Hub {
  /** Lists all files of the model, needed for a conversion or not. */
  list(signal: AbortSignal | undefined): Promise<readonly RemoteFile[]>;
  /** For errors and requests. */
  readonly identity: HubIdentity;
}

export interface HubIdentity {
  /** `org/name` */
  readonly id: string;
  readonly revision: string;
  /** Address of the hub, without a trailing slash. */
  readonly endpoint: string;
  /** Responds with success if the model exists, in any revision. */
  readonly modelUrl: string;
  /** The token, if any: sent with every request to the hub itself, and never to a redirect's host. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of environment variables. */
  readonly tokenVariable: string;
  readonly endpointVariable: string;
}

const SMALL_FILES: ReadonlySet<string> = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "model.safetensors.index.json",
]);
/** No slash and no leading dot: a list cannot name a file outside the folder. */
const WEIGHT_FILE = /^\w[\w.-]*\.safetensors$/;

/**
 * Chooses the files that a conversion reads: small files, and weight files.
 * @throws PackageError when they are not a checkpoint
 */
export function checkpointFiles(files: readonly RemoteFile[], { id, endpoint }: HubIdentity) {
  const small = files.filter(({ path }) => SMALL_FILES.has(path));
  const weights = files.filter(({ path }) => WEIGHT_FILE.test(path));
  const missing = [
    ...(small.some(({ path }) => path === "config.json") ? [] : ["config.json"]),
    ...(weights.length > 0 ? [] : ["*.safetensors"]),
  ];
  if (missing.length === 0) return { small, weights };
  throw new PackageError(`${id} at ${endpoint} has no ${missing.join(" and no ")}; name a model with a checkpoint`);
}
