/** The edge's HTTP/1.1 server on Node, where HTTP asks for more than a fetch handler and Node's defaults give. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { EdgeError } from "../errors.ts";
import type { ClientConnection } from "../ports.ts";
import { NodeConnection } from "./node-connection.ts";

/**
 * Longer than load balancers and clients keep an idle connection (60 s): otherwise a client that reuses a closing connection
 * gets ECONNRESET.
 */
const KEEP_ALIVE_MS = 75_000;
/** Delay after which a client that has closed its side is written to again; doubled up to the limit. */
const FIRST_PROBE_MS = 10;
const MAX_PROBE_MS = 10_000;

type Fetch = (request: Request, env: { readonly connection: ClientConnection }) => Response | Promise<Response>;

/** Not listening yet. */
export function createHttpServer(fetch: Fetch): Server {
  // HTTP/1.0 needs no Host; the name is never read.
  const listener = getRequestListener((request, { outgoing }) => answer(fetch, request, outgoing as ServerResponse), {
    hostname: "localhost",
  });
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false };
  const server = createServer(options, (incoming, outgoing) => {
    if (incoming.httpVersion === "1.1" && incoming.headers.host === undefined) {
      return end(incoming.socket, 400, "The request has no Host header, which HTTP/1.1 requires.");
    }
    watchHalfClosed(incoming, outgoing);
    void listener(incoming, outgoing);
  });
  // Absent from Node's types. Otherwise Node drops the answers of a client that closes its side after its request.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return socket.destroy();
    if (error.code === "HPE_HEADER_OVERFLOW") return end(socket, 431, "The URL and headers are larger than 16 KiB.");
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return end(socket, 408, "The request took too long to arrive.");
    return end(socket, 400, "The request is not valid HTTP/1.1.");
  });
  return server;
}

async function answer(fetch: Fetch, request: Request, outgoing: ServerResponse): Promise<Response> {
  const connection = new NodeConnection(outgoing);
  const response = await fetch(request, { connection });
  return connection.begin(response) ? RESPONSE_ALREADY_SENT : response;
}

/**
 * A client that has closed its side of the connection may be gone, or may wait for its answer. Only writing tells: a client
 * that is gone breaks the connection. HTTP/1.0 knows nothing that could be written before the answer.
 */
function watchHalfClosed(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { socket } = incoming;
  let timer: NodeJS.Timeout | undefined;
  const probe = (nextMs: number) => {
    if (outgoing.writableEnded || socket.destroyed) return;
    // Only server-sent events are still being written then: this is one of their comments.
    if (outgoing.headersSent) outgoing.write(":\n\n");
    else if (incoming.httpVersion === "1.1") outgoing.writeProcessing();
    else {
      socket.destroy();
      return;
    }
    timer = setTimeout(probe, nextMs, Math.min(nextMs * 2, MAX_PROBE_MS));
  };
  const onEnd = () => probe(FIRST_PROBE_MS);
  socket.once("end", onEnd);
  outgoing.once("close", () => {
    socket.off("end", onEnd);
    clearTimeout(timer);
  });
}

/** Ends a connection with an error in OpenAI's form, where there is no request that the app could answer. */
function end(socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify(new EdgeError("invalid_request", message));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
