/** Mutual authentication of leader and ranks: both have a certificate of one CA, or neither has any. */
import * as grpc from "@grpc/grpc-js";

/** PEM texts; they survive a structured clone. */
export interface RankTls {
  /** Of the CA that signed the certificates of all ranks. */
  readonly ca: string;
  /** This program's own certificate. A rank's names the host that its leader connects to. */
  readonly cert: string;
  readonly key: string;
}

/** Credentials of a leader. */
export function leaderCredentials(tls: RankTls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  return grpc.credentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert));
}

/** Credentials of a rank, which rejects a leader without a certificate. */
export function rankCredentials(tls: RankTls | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const own = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  return grpc.ServerCredentials.createSsl(Buffer.from(tls.ca), [own], true);
}
