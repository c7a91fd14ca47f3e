/**
 * Models of the Hugging Face hub, or of a mirror that HF_ENDPOINT names. The only file that imports `@huggingface/hub`.
 */
import { contact, type Sleep } from "./http.ts";
import type { Hub, HubIdentity, RemoteFile } from "./listing.ts";

export interface HubOptions {
  /** `org/name` */
  readonly id: string;
  /** Branch, tag or commit; the hub's main branch by default. */
  readonly revision: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sleep: Sleep;
}

export function createHuggingFace({ id, revision = "main", environment, sleep }: HubOptions): Hub {
  const endpoint = (environment.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  const token = environment.HF_TOKEN;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const identity: HubIdentity = {
    id,
    revision,
    endpoint,
    modelUrl: `${endpoint}/api/models/${id}`,
    headers,
    tokenVariable: "HF_TOKEN",
    endpointVariable: "HF_ENDPOINT",
  };
  return {
    identity,
    async list(signal) {
      // Loaded on demand: converting a folder does not need it.
      const { listFiles, modelInfo } = await import("@huggingface/hub");
      // A Link header names the next page of a list and may name any host: only the endpoint gets the token.
      const send = (input: RequestInfo | URL): Promise<Response> => {
        const url = input instanceof Request ? input.url : String(input);
        const ours = new URL(url).origin === new URL(endpoint).origin;
        return contact(url, ours ? headers : {}, identity, sleep, signal);
      };
      const at = { hubUrl: endpoint, fetch: send };
      // A branch may move during the download; a commit does not.
      const { sha } = await modelInfo({ ...at, name: id, revision, additionalFields: ["sha"] });
      const files: RemoteFile[] = [];
      for await (const { type, path, size, oid, lfs } of listFiles({ ...at, repo: id, revision: sha })) {
        if (type !== "file") continue;
        files.push({
          path,
          sizeBytes: lfs?.size ?? size,
          content: lfs
            ? { algorithm: "sha256", digest: lfs.oid }
            : oid === undefined
              ? undefined
              : { algorithm: "git-blob", digest: oid },
          url: `${endpoint}/${id}/resolve/${sha}/${encodeURIComponent(path)}`,
        });
      }
      return files;
    },
  };
}
