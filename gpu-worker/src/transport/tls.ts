/** Mutual authentication over gRPC: both sides have a certificate of one CA, or neither has any. */
import * as grpc from "@grpc/grpc-js";
import type { Tls } from "@palimpsest/proto/tls-files";

export function clientCredentials(tls: Tls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  return grpc.credentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert));
}

/** Of a server that rejects clients without a certificate. */
export function serverCredentials(tls: Tls | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const own = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  return grpc.ServerCredentials.createSsl(Buffer.from(tls.ca), [own], true);
}
