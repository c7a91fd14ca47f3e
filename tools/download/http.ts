/** Requests to a hub: retried after temporary failures, with advice after permanent ones. */
import { PackageError } from "@palimpsest/gpu-worker/errors";
import type { HubIdentity } from "./listing.ts";

/** Consecutive failures, without a byte between them, before a request fails; with the delays below, two minutes. */
const MAX_FAILURES = 8;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** Twice the window of five minutes in which hubs count requests. */
const MAX_RETRY_AFTER_MS = 600_000;

/** Waits, or rejects with the signal's reason. */
export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

/** A temporary failure: a retry may succeed. */
export class PassingFailure extends Error {
  override readonly name = "PassingFailure";
  /** The server's Retry-After. */
  readonly delayMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly delayMs?: number | undefined } = {}) {
    super(message, options);
    this.delayMs = options.delayMs;
  }
}

/**
 * Runs `attempt` until it succeeds or fails permanently. A call of `progressed` resets the count of failures.
 * @throws PackageError after too many failures in a row; what `attempt` throws other than a PassingFailure
 */
export async function persistently<T>(
  attempt: (progressed: () => void) => Promise<T>,
  sleep: Sleep,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof PassingFailure)) throw error;
      if (failures >= MAX_FAILURES) {
        throw new PackageError(`${error.message}, ${failures} times in a row; run the same command again to resume`, {
          cause: error,
        });
      }
      // Half of the delay is random, so that connections do not retry at the same time.
      const delayMs =
        Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1), MAX_DELAY_MS) * (0.5 + Math.random() / 2);
      await sleep(Math.max(delayMs, Math.min(error.delayMs ?? 0, MAX_RETRY_AFTER_MS)), signal);
    }
  }
}

/**
 * Sends a GET and follows redirects; `fetch` removes Authorization and Cookie when a redirect leaves the host.
 * @throws PassingFailure for a broken connection, 408, 429, 5xx and any error of another host; PackageError for the hub's own
 */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  hub: HubIdentity,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const response = await fetch(url, { headers, ...(signal && { signal }) }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new PassingFailure(`${new URL(url).host}: ${reasonOf(cause)}`, { cause });
  });
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  // On another host, a 4xx usually means that the redirect's short-lived signature has expired.
  const isElsewhere = new URL(response.url).origin !== new URL(hub.endpoint).origin;
  if (isElsewhere || status === 408 || status === 429 || status >= 500) {
    throw new PassingFailure(`${new URL(response.url).host} answered ${status}`, {
      delayMs: retryAfterMs(response.headers.get("retry-after")),
    });
  }
  throw new PackageError(await refusal(response, hub));
}

/** Like `get`, for the first request: fails immediately if the hub is unreachable. @throws PackageError naming the endpoint */
export async function contact(
  url: string,
  headers: Readonly<Record<string, string>>,
  hub: HubIdentity,
  sleep: Sleep,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return persistently(
    async () => {
      try {
        return await get(url, headers, hub, signal);
      } catch (error) {
        const code = error instanceof PassingFailure ? codeOf(error.cause) : undefined;
        if (code === undefined || !UNREACHABLE.has(code)) throw error;
        throw new PackageError(
          `${hub.endpoint} is unreachable (${code}); check the network, or name a mirror in ${hub.endpointVariable}`,
          { cause: error },
        );
      }
    },
    sleep,
    signal,
  );
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return (error as NodeJS.ErrnoException).code ?? codeOf(error.cause);
}

/** The reason of a failure. `fetch` itself only says "fetch failed" and has the reason in its cause. */
export function reasonOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error));
}

/** Parses seconds or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function refusal({ status, url }: Response, hub: HubIdentity): Promise<string> {
  const { id, revision, endpoint, headers, tokenVariable } = hub;
  const hasToken = Object.keys(headers).length > 0;
  const page = `${endpoint}/${id}`;
  if (status === 401 && hasToken) {
    return `${id}: ${endpoint} does not accept the token in ${tokenVariable} (401), or has no such model; check both`;
  }
  if (status === 401) {
    return `${id}: ${endpoint} requires a token (401): the model does not exist, or is private or gated; check the name, accept its terms at ${page} and set ${tokenVariable}`;
  }
  if (status === 403) {
    return hasToken
      ? `${id}: the account of ${tokenVariable} may not read the model (403); accept its terms at ${page}`
      : `${id}: private or gated (403); accept its terms at ${page} and set ${tokenVariable}`;
  }
  if (status === 404) {
    if (await modelExists(hub)) {
      return `${id}: ${endpoint} has no revision ${revision} of it, or no such file in it (404); give another --revision`;
    }
    return `${id}: neither a local folder nor a model at ${endpoint} (404); check the name`;
  }
  return `${new URL(url).host} answered ${status} for ${id}`;
}

async function modelExists({ modelUrl, headers }: HubIdentity): Promise<boolean> {
  const response = await fetch(modelUrl, { headers }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ?? false;
}
