/**
 * A local server that implements the endpoints of the Hugging Face hub and of ModelScope that the downloader uses, with
 * configurable faults. It redirects large files to a second address, like a content network.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const MODEL = "org/tiny";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

export interface HubServer extends AsyncDisposable {
  readonly endpoint: string;
  /** The model's files, by path. Names are listed unchanged. */
  readonly files: Map<string, Buffer>;
  /** Requests for contents, in order. */
  readonly served: ServedRequest[];
  /** Every request that reached the content address. */
  readonly contentRequests: IncomingMessage[];
  /** Intercepts a request to the hub; returns true if it has responded. */
  fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Intercepts the body of a content response, after its head; returns true if it has sent it. */
  body: ((served: ServedRequest, bytes: Buffer, response: ServerResponse) => boolean) | undefined;
  ranges: boolean;
  /** Number of further content requests that get a 403. */
  contentRefusals: number;
  /** Overrides the listed checksum of a file. */
  readonly listedChecksums: Map<string, string>;
  /** Overrides a file's entity tag. */
  readonly etags: Map<string, string>;
  /** If set, requests to the hub need this token. */
  token: string | undefined;
}

export interface ServedRequest {
  readonly path: string;
  readonly range: string | undefined;
  bytes: number;
}

/** Files up to this size are plain git files, larger files are LFS files. */
const LFS_FROM_BYTES = 1024;

export async function startHubServer(files: Iterable<readonly [string, Buffer]>): Promise<HubServer> {
  const content = createServer((request, response) => sendContent(hub, request, response));
  const front = createServer((request, response) => answer(hub, contentAddress, request, response));
  const [endpoint, contentAddress] = await Promise.all([listen(front), listen(content)]);
  const hub: HubServer = {
    endpoint,
    files: new Map(files),
    served: [],
    contentRequests: [],
    fault: undefined,
    body: undefined,
    ranges: true,
    contentRefusals: 0,
    listedChecksums: new Map(),
    etags: new Map(),
    token: undefined,
    async [Symbol.asyncDispose]() {
      for (const server of [front, content]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  return hub;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(hub: HubServer, contentAddress: string, request: IncomingMessage, response: ServerResponse): unknown {
  if (hub.fault?.(request, response)) return undefined;
  const { pathname, searchParams } = new URL(request.url as string, hub.endpoint);
  const json = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const { authorization = "", cookie = "" } = request.headers;
  const credential = pathname.startsWith("/api/v1/") ? `m_session_id=${hub.token}` : `Bearer ${hub.token}`;
  if (hub.token !== undefined && ![authorization, cookie].includes(credential)) return json(401, { error: "no token" });
  const redirect = (path: string): unknown => {
    if (!hub.files.has(path)) return json(404, { error: "Entry not found" });
    return response.writeHead(302, { location: `${contentAddress}/${encodeURIComponent(path)}` }).end();
  };
  const [, revision] = /^\/api\/models\/org\/tiny\/(?:revision|tree)\/([^/]+)$/.exec(pathname) ?? [];
  const isKnown = (name: string): boolean => ["main", "master", "v1", COMMIT].includes(name);
  const prefix = `/${MODEL}/resolve/${COMMIT}/`;
  if (pathname === `/api/models/${MODEL}` || pathname === `/api/v1/models/${MODEL}`) return json(200, { id: MODEL });
  if (revision !== undefined) {
    if (!isKnown(decodeURIComponent(revision))) return json(404, { error: "Invalid rev id" });
    if (pathname.includes("/tree/")) return json(200, listHuggingFace(hub));
    return json(200, { _id: "1", id: MODEL, sha: COMMIT, lastModified: "2026-01-01T00:00:00.000Z" });
  }
  if (pathname.startsWith(prefix)) return redirect(decodeURIComponent(pathname.slice(prefix.length)));
  if (pathname === `/api/v1/models/${MODEL}/repo/files`) {
    if (!isKnown(searchParams.get("Revision") ?? "")) return json(404, { Code: 404, Message: "no revision" });
    return json(200, { Code: 200, Data: { Files: listModelScope(hub) } });
  }
  if (pathname === `/api/v1/models/${MODEL}/repo`) return redirect(searchParams.get("FilePath") ?? "");
  return json(404, { error: "Repository not found" });
}

function listHuggingFace(hub: HubServer): unknown[] {
  return [...hub.files].map(([path, bytes]) => {
    const listed = hub.listedChecksums.get(path);
    const file = { type: "file", path, size: bytes.length };
    if (bytes.length > LFS_FROM_BYTES) {
      return { ...file, oid: "0", lfs: { oid: listed ?? sha256(bytes), size: bytes.length, pointerSize: 130 } };
    }
    const gitId = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
    return { ...file, oid: listed ?? gitId };
  });
}

function listModelScope(hub: HubServer): unknown[] {
  const files = [...hub.files].map(([path, bytes]) => ({
    Path: path,
    Size: bytes.length,
    Sha256: hub.listedChecksums.get(path) ?? sha256(bytes),
    Type: "blob",
  }));
  return [{ Path: "assets", Size: 0, Sha256: "", Type: "tree" }, ...files];
}

function sendContent(hub: HubServer, request: IncomingMessage, response: ServerResponse): void {
  hub.contentRequests.push(request);
  if (hub.contentRefusals > 0) {
    hub.contentRefusals--;
    response.writeHead(403).end();
    return;
  }
  const path = decodeURIComponent((request.url as string).slice(1));
  const bytes = hub.files.get(path) as Buffer;
  const etag = hub.etags.get(path) ?? `"${sha256(bytes)}"`;
  const { range, "if-range": ifRange } = request.headers;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  const isPart = hub.ranges && from !== undefined && (ifRange === undefined || ifRange === etag);
  const [start, end] = isPart ? [Number(from), Math.min(Number(to) + 1, bytes.length)] : [0, bytes.length];
  const served: ServedRequest = { path, range, bytes: end - start };
  hub.served.push(served);
  response.writeHead(isPart ? 206 : 200, {
    etag,
    "content-length": end - start,
    ...(isPart && { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` }),
  });
  if (!hub.body?.(served, bytes.subarray(start, end), response)) response.end(bytes.subarray(start, end));
}

/** Caches checksums of contents: a large file is requested in many parts. */
const checksums = new WeakMap<Buffer, string>();

function sha256(bytes: Buffer): string {
  const found = checksums.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");
  checksums.set(bytes, found);
  return found;
}
