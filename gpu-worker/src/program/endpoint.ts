/** A worker's addresses for its edges by gRPC, and the certificates that both show. */
import { isLocalAddress } from "@palimpsest/proto";
import { readTls, type Tls, type TlsVariables } from "@palimpsest/proto/tls-files";

const DEFAULT_ADDRESS = "127.0.0.1:9090";

export interface Endpoint {
  /** None for a worker of a fleet, unless some are named. */
  readonly addresses: readonly string[];
  /** Absent: any client may send requests. */
  readonly tls: Tls | undefined;
}

interface EndpointVariables extends TlsVariables<"WORKER_TLS"> {
  readonly NATS_URL?: string | undefined;
  readonly WORKER_ADDRESS?: string | undefined;
  readonly ALLOW_NO_WORKER_TLS: "true" | "false";
}

/** @throws Error when other machines could send requests without a certificate */
export function endpointOf(env: EndpointVariables): Endpoint {
  const address = env.WORKER_ADDRESS ?? (env.NATS_URL === undefined ? DEFAULT_ADDRESS : "");
  const addresses = address.split(",").flatMap((one) => one.trim() || []);
  const tls = readTls("WORKER_TLS", env);
  const open = addresses.find((one) => !isLocalAddress(one));
  if (open === undefined || tls !== undefined || env.ALLOW_NO_WORKER_TLS === "true") return { addresses, tls };
  throw new Error(
    `WORKER_ADDRESS: ${open} can be reached from other machines, and there are no certificates; set WORKER_TLS_CA, ` +
      "WORKER_TLS_CERT and WORKER_TLS_KEY, or ALLOW_NO_WORKER_TLS=true to serve everybody",
  );
}
