/**
 * A nats-server for tests and for a fleet on one machine: from the PATH, otherwise Debian's, downloaded without root
 * into an ignored folder. The fleet's programs only connect to it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FETCHED = fileURLToPath(new URL("../../.palimpsest/nats-server", import.meta.url));
const START_TIMEOUT_MS = 20_000;

export interface NatsServerOptions {
  readonly port?: number;
  /** Folder of the streams on file; by default a temporary folder, deleted with the server. */
  readonly storeDir?: string;
  /** More lines of nats.conf: accounts, limits, TLS. */
  readonly config?: string;
}

export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Ends the process, with SIGKILL by default, and starts it again on the same port and store. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the process until `start`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  /** Deletes its streams on file; call it while the server is stopped. */
  forget(): Promise<void>;
}

/** Resolves when the server listens. @throws Error if there is no nats-server and none can be downloaded */
export async function openNatsServer({ port, storeDir, config = "" }: NatsServerOptions = {}): Promise<NatsServer> {
  const binary = await natsServerBinary();
  const folder = await mkdtemp(join(tmpdir(), "nats-"));
  const listen = port ?? (await freePort());
  const file = join(folder, "nats.conf");
  const store = storeDir ?? join(folder, "store");
  await writeFile(file, `listen: "127.0.0.1:${listen}"\njetstream {\n  store_dir: "${store}"\n}\n${config}\n`);
  let child: ChildProcess | undefined;

  const start = async () => {
    child = spawn(binary, ["-c", file], { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let said = "";
    child.stderr?.on("data", (text) => {
      said = (said + text).slice(-4000);
    });
    for (const end = Date.now() + START_TIMEOUT_MS; !(await answers(listen)); await sleep(20)) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`nats-server did not start:\n${said}`);
    }
  };
  const stop = async (signal: NodeJS.Signals = "SIGKILL") => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  await start();
  return {
    url: `nats://127.0.0.1:${listen}`,
    port: listen,
    get process() {
      return child!;
    },
    start,
    stop,
    forget: () => rm(store, { recursive: true, force: true }),
    async restart(signal) {
      await stop(signal);
      await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Path of the program. @throws Error with instructions to install it */
export async function natsServerBinary(): Promise<string> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  // Debian installs it where only root's PATH looks.
  for (const folder of [...folders, "/usr/sbin", join(FETCHED, "usr/sbin")]) {
    const path = join(folder, "nats-server");
    if (await exists(path)) return path;
  }
  await fetchFromDebian();
  return join(FETCHED, "usr/sbin/nats-server");
}

const run = promisify(execFile);

/** Downloads with apt, with package lists of its own if the system has none: neither needs root. */
async function fetchFromDebian(): Promise<void> {
  await mkdir(join(FETCHED, ".."), { recursive: true });
  const folder = await mkdtemp(join(FETCHED, "../nats-server-"));
  const apt = (...args: string[]) => run("apt-get", args, { cwd: folder });
  try {
    try {
      await apt("download", "nats-server");
    } catch {
      await mkdir(join(folder, "lists/partial"), { recursive: true });
      await mkdir(join(folder, "cache/archives/partial"), { recursive: true });
      const own = [
        ...["-o", `Dir::State::lists=${folder}/lists`, "-o", `Dir::Cache=${folder}/cache`],
        ...["-o", "Debug::NoLocking=1"],
      ];
      await apt(...own, "update");
      await apt(...own, "download", "nats-server");
    }
    const packed = (await readdir(folder)).find((name) => name.endsWith(".deb"));
    await run("dpkg", ["-x", join(folder, packed!), join(folder, "server")]);
    await rename(join(folder, "server"), FETCHED);
  } catch (cause) {
    // Another test file may have been faster.
    if (await exists(join(FETCHED, "usr/sbin/nats-server"))) return;
    const message = `no nats-server: put one on the PATH (Debian and Ubuntu: apt-get install nats-server; ${(cause as Error).message})`;
    throw new Error(message, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** True if the server accepts connections: it does so once its streams are there. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "data");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
