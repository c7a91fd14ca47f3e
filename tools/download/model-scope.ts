/** Models of ModelScope, or of the server that MODELSCOPE_ENDPOINT names, by the interface of ModelScope's own client. */
import { describeIssues, PackageError } from "@palimpsest/gpu-worker/errors";
import { z } from "zod";
import { contact } from "./http.ts";
import type { HubOptions } from "./hugging-face.ts";
import type { Hub, HubIdentity } from "./listing.ts";

const answer = z.object({
  Code: z.int(),
  Message: z.string().nullish(),
  Data: z
    .object({
      Files: z.array(
        z.object({ Path: z.string(), Size: z.int().nonnegative(), Sha256: z.string().nullish(), Type: z.string() }),
      ),
    })
    .nullish(),
});

export function createModelScope({ id, revision = "master", environment, sleep }: HubOptions): Hub {
  const endpoint = (environment.MODELSCOPE_ENDPOINT || "https://modelscope.cn").replace(/\/+$/, "");
  const token = environment.MODELSCOPE_API_TOKEN;
  const modelUrl = `${endpoint}/api/v1/models/${id}`;
  // The same header as in ModelScope's own client.
  const headers: Record<string, string> = token ? { cookie: `m_session_id=${token}` } : {};
  const identity: HubIdentity = {
    id,
    revision,
    endpoint,
    modelUrl,
    headers,
    tokenVariable: "MODELSCOPE_API_TOKEN",
    endpointVariable: "MODELSCOPE_ENDPOINT",
  };
  return {
    identity,
    async list(signal) {
      const url = `${modelUrl}/repo/files?${new URLSearchParams({ Revision: revision, Recursive: "true" })}`;
      const response = await contact(url, headers, identity, sleep, signal);
      const parsed = answer.safeParse(await response.json().catch(() => undefined));
      if (!parsed.success) {
        throw new PackageError(`${endpoint}: not a list of files (${describeIssues(parsed.error, "answer")})`);
      }
      const { Code, Message, Data } = parsed.data;
      if (!Data)
        throw new PackageError(`${id}: ${endpoint} says: ${Message ?? `code ${Code}`}; check name and --revision`);
      return Data.Files.filter(({ Type }) => Type !== "tree").map(({ Path, Size, Sha256 }) => ({
        path: Path,
        sizeBytes: Size,
        content: Sha256 ? { algorithm: "sha256", digest: Sha256 } : undefined,
        url: `${modelUrl}/repo?${new URLSearchParams({ Revision: revision, FilePath: Path })}`,
      }));
    },
  };
}
