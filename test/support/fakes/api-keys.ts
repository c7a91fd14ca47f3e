/** API keys of an edge under test. */
import { systemClock } from "../../../edge/src/clock.ts";
import { digestOf, type KeyDescription, parseKeyFile, plainKey } from "../../../edge/src/keys/key-description.ts";
import { KeyRing } from "../../../edge/src/keys/key-ring.ts";
import type { ApiKey, Keys } from "../../../edge/src/ports.ts";

/** Keys without limits, each a tenant. */
export function plainKeys(...secrets: string[]): Keys {
  return ringOf(Promise.all(secrets.map(plainKey)));
}

/** Keys whose secrets are their ids. */
export function describedKeys(...keys: Omit<KeyDescription, "secrets">[]): Keys {
  const described = keys.map(async (key) => ({ ...key, secrets: [{ sha256: await digestOf(key.id) }] }));
  return ringOf(Promise.all(described).then((all) => parseKeyFile(JSON.stringify({ keys: all }))));
}

function ringOf(keys: Promise<readonly ApiKey[]>): Keys {
  const ring = new KeyRing(systemClock);
  const filled = keys.then((all) => ring.set("test", all));
  return {
    async find(secret) {
      await filled;
      return ring.find(secret);
    },
  };
}
