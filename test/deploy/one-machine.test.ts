/** The compose file and the systemd units: their settings are the programs', and the programs run with them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { edgeVariables, parseConfig } from "../../edge/src/entry/config.ts";
import { workerVariables } from "../../gpu-worker/src/program/settings.ts";
import { freePort } from "../../tools/serve/nats-server.ts";
import { patiently } from "../support/waiting.ts";
import { parseUnit, type Unit } from "./systemd-unit.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Path of the repository where the units run. */
const INSTALLED = "/opt/palimpsest/";
const PROGRAMS = ["edge", "worker"] as const;
type Program = (typeof PROGRAMS)[number];
const SHAPES = { edge: edgeVariables.shape, worker: workerVariables.shape };
/** Of Node and its libraries. */
const OF_NODE = ["NODE_ENV"];
/** Time between the end of a drain and SIGKILL. */
const MARGIN_MS = 5_000;

const read = (file: string) => readFileSync(join(ROOT, "deploy", file), "utf8");

interface Service {
  readonly image: string;
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly environment: Readonly<Record<string, string | number>>;
  readonly stop_grace_period: string;
  readonly networks: readonly string[];
  readonly [field: string]: unknown;
}

const compose = parse(read("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<Program, Service>>;
  readonly networks: Readonly<Record<string, object>>;
};

/** A container's variables, with the defaults of the compose file's own. */
function environmentOf({ environment }: Service, given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, own: string, kind: string, text: string) => {
        if (given[own] !== undefined) return given[own];
        if (kind !== "-") throw new Error(`${own}: ${text}`);
        return text;
      }),
    ]),
  );
}

describe("deploy/compose.yaml", () => {
  const given = { PALIMPSEST_API_KEYS: "a,b" };

  it.each(PROGRAMS)("gives the %s variables that it reads and accepts, and time to drain", (name) => {
    const service = compose.services[name];
    const variables = environmentOf(service, given);
    expect(Object.keys(variables).filter((it) => !(it in SHAPES[name]))).toEqual([]);
    const drainMs =
      name === "edge" ? parseConfig(variables).drainLimitMs : workerVariables.parse(variables).DRAIN_LIMIT_MS;
    const [, seconds] = /^(\d+)s$/.exec(service.stop_grace_period) ?? [];
    expect(Number(seconds) * 1000).toBeGreaterThanOrEqual(drainMs + MARGIN_MS);
    expect(service).toMatchObject({ user: "1000:1000", read_only: true, cap_drop: ["ALL"] });
    expect(service.image).toMatch(new RegExp(`^palimpsest/${name}:`));
    expect(existsSync(join(ROOT, "deploy", service.build.context, service.build.dockerfile))).toBe(true);
    expect(service.networks.filter((network) => !(network in compose.networks))).toEqual([]);
  });

  it("does not start an edge without keys, and publishes it on this machine only", () => {
    expect(() => environmentOf(compose.services.edge, {})).toThrow("PALIMPSEST_API_KEYS: set it");
    expect(compose.services.edge.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    expect(compose.services.worker.ports).toBeUndefined();
  });

  it("connects the edge to the worker's port, and stops the edge first", () => {
    const [edge, worker] = [environmentOf(compose.services.edge, given), environmentOf(compose.services.worker, given)];
    const port = worker.WORKER_ADDRESS!.split(":")[1];
    expect(parseConfig(edge).workers).toEqual([`worker:${port}`]);
    expect(read("worker.Dockerfile")).toMatch(new RegExp(`^EXPOSE .*\\b${port}\\b`, "m"));
    expect(read("edge.Dockerfile")).toMatch(new RegExp(`^EXPOSE .*\\b${edge.PORT}\\b`, "m"));
    expect(compose.services.edge.depends_on).toEqual(["worker"]);
    const shared = compose.services.edge.networks.filter((it) => compose.services.worker.networks.includes(it));
    expect(shared.map((network) => compose.networks[network])).toEqual([{ internal: true }]);
  });
});

describe("deploy/systemd", () => {
  const units = Object.fromEntries(
    PROGRAMS.map((name) => [name, parseUnit(read(`systemd/palimpsest-${name}.service`))]),
  ) as Record<Program, Unit>;

  it.each(PROGRAMS)("gives the %s variables that it reads and accepts, and time to drain", (name) => {
    const { environment, one } = units[name];
    const unread = Object.keys(environment).filter((it) => !(it in SHAPES[name]) && !OF_NODE.includes(it));
    expect(unread).toEqual([]);
    const drainMs =
      name === "edge" ? parseConfig(environment).drainLimitMs : workerVariables.parse(environment).DRAIN_LIMIT_MS;
    expect(Number(one("Service", "TimeoutStopSec")) * 1000).toBeGreaterThanOrEqual(drainMs + MARGIN_MS);
    expect(one("Service", "WorkingDirectory")).toBe(INSTALLED.slice(0, -1));
    expect(one("Service", "NoNewPrivileges")).toBe("yes");
    expect(one("Service", "CapabilityBoundingSet")).toBe("");
  });

  it("reports a line that is no setting, and a setting twice", () => {
    expect(() => parseUnit("[Service]\nUser palimpsest\n")).toThrow(
      "line 2: expected Name=value, found User palimpsest",
    );
    expect(() => parseUnit("User=palimpsest\n")).toThrow("line 1: User is in no section");
    expect(() => parseUnit("[Service]\nUser=a\nUser=b\n").one("Service", "User")).toThrow("User is set 2 times");
  });

  describe("the programs of the units", () => {
    const folder = mkdtempSync(join(tmpdir(), "units-"));
    const children = new Map<Program, ChildProcess>();
    let port: number;
    /** Starts the program as its unit does, except for the places of files. */
    const start = (name: Program, changes: Readonly<Record<string, string>>) => {
      const { environment, one } = units[name];
      const here = (text: string) => text.replaceAll(INSTALLED, ROOT).replaceAll("/run/palimpsest/", `${folder}/`);
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, here(value)]));
      const [program, ...args] = here(one("Service", "ExecStart")).split(" ");
      children.set(name, spawn(program!, args, { cwd: ROOT, env: { ...env, ...changes }, stdio: "inherit" }));
    };
    beforeAll(async () => {
      port = await freePort();
    });
    afterAll(async () => {
      for (const child of children.values()) if (child.exitCode === null) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    });

    it("answer through the socket that they share, and end with 0 on SIGTERM", { timeout: 120_000 }, async () => {
      start("worker", { LOG_LEVEL: "warn" });
      start("edge", { LOG_LEVEL: "warn", PORT: String(port), PALIMPSEST_API_KEYS: "secret" });
      const url = `http://127.0.0.1:${port}`;
      await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).ok).toBe(true), patiently);
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer secret" },
        body: JSON.stringify({
          model: "palimpsest-demo",
          messages: [{ role: "user", content: "Write a function that adds two numbers." }],
          max_tokens: 32,
        }),
      });
      expect(await answer.json()).toMatchObject({ object: "chat.completion" });
      for (const name of PROGRAMS) {
        const child = children.get(name)!;
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        expect(await exited).toEqual([0, null]);
      }
    });
  });
});
