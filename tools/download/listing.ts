/** A hub's list of a model's files, whichever hub it is, and which of them make a checkpoint. */
import { PackageError } from "@palimpsest/gpu-worker/errors";

/** What a file must contain: SHA-256 of its bytes, or the id that git gives it. */
export interface ContentId {
  readonly algorithm: "sha256" | "git-blob";
  readonly digest: string;
}

export interface RemoteFile {
  /** A plain file name, for the checkpoint's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined where the hub gives none: such a file is fetched in one go or again. */
  readonly content: ContentId | undefined;
  readonly url: string;
}

/** Lists a model's files, those that no conversion needs among them. */
export interface Hub {
  list(signal: AbortSignal | undefined): Promise<readonly RemoteFile[]>;
  /** What errors are told with. */
  readonly identity: HubIdentity;
}

export interface HubIdentity {
  /** `org/name` */
  readonly id: string;
  readonly revision: string;
  /** Address of the hub, without a slash at its end. */
  readonly endpoint: string;
  /** Answers whether the model is there, in any revision. */
  readonly modelUrl: string;
  /** The token, where there is one: sent with every request to the hub itself, and never to where it redirects. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of the environment's variables. */
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
 * The files that a conversion reads: the small ones, and those with the weights.
 * @throws PackageError where they are no checkpoint
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
