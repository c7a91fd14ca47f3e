/** Certificates of programs that authenticate each other by gRPC: each has one of the same CA. Node only. */
import { readFileSync } from "node:fs";

/** PEM texts; they survive a structured clone. */
export interface Tls {
  /** Of the CA that signed the certificates of all programs. */
  readonly ca: string;
  /** This program's own certificate. A server's names the host that its clients connect to. */
  readonly cert: string;
  readonly key: string;
}

/** Variables of file names: of the CA's certificate, and of this program's own certificate and key. */
export type TlsVariables<Prefix extends string> = {
  readonly [Name in `${Prefix}_CA` | `${Prefix}_CERT` | `${Prefix}_KEY`]?: string | undefined;
};

/** Undefined if none is set. @throws Error naming the missing variable, or the file that cannot be read */
export function readTls<Prefix extends string>(prefix: Prefix, env: TlsVariables<Prefix>): Tls | undefined {
  const names = [`${prefix}_CA`, `${prefix}_CERT`, `${prefix}_KEY`] as const;
  const files = env as Readonly<Record<string, string | undefined>>;
  const missing = names.find((name) => files[name] === undefined);
  if (missing !== undefined) {
    const given = names.find((name) => files[name] !== undefined);
    if (given === undefined) return undefined;
    throw new Error(`${given} is set and ${missing} is not; all three are needed`);
  }
  const [ca, cert, key] = names.map((name) => {
    try {
      return readFileSync(files[name] as string, "utf8");
    } catch (cause) {
      throw new Error(`${name}: ${(cause as Error).message}`, { cause });
    }
  }) as [string, string, string];
  return { ca, cert, key };
}
