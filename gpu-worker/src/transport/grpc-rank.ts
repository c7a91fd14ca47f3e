/**
 * A rank in another process, as the leader sees it: one stream for dispatches and their answers. Time limits and reopening
 * are parallel/kept-link.ts's.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { serviceDefinition } from "@palimpsest/proto";
import {
  type Combine,
  type ExchangeHello,
  type ExchangeRequest,
  ExchangeRequestSchema,
  type ExchangeResponse,
  ExpertService,
} from "@palimpsest/proto/expert";
import { within } from "../clock.ts";
import { PackageError } from "../errors.ts";
import type { RankAnswer, RankLink, RoutedRows } from "../parallel/exchange.ts";
import { PendingReplies } from "../parallel/pending-replies.ts";
import {
  agree,
  Disagreement,
  decodeCombine,
  EXCHANGE_WINDOW_BYTES,
  type ExchangeTerms,
  encodeDispatch,
  encodeHello,
  MAX_EXCHANGE_BYTES,
  type RowTypes,
  requireLittleEndian,
} from "./rank-codec.ts";
import { leaderCredentials, type RankTls } from "./rank-tls.ts";

/** A process that is frozen takes connections and says nothing. */
const HELLO_LIMIT_MS = 5_000;

/** Between two attempts to reach a rank that is not there. */
const RETRY_MS = 500;

const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_EXCHANGE_BYTES,
  "grpc-node.flow_control_window": EXCHANGE_WINDOW_BYTES,
  // Ranks are addressed directly: a proxy set for the outside world is not for them.
  "grpc.enable_http_proxy": 0,
  "grpc.initial_reconnect_backoff_ms": RETRY_MS,
  "grpc.max_reconnect_backoff_ms": RETRY_MS,
  // A rank that is started anew elsewhere has another address under its name.
  "grpc.dns_min_time_between_resolutions_ms": 1_000,
  // A rank that vanished while nothing is asked of it is missed in 15 s; one that is asked, at the link's deadline.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

export interface GrpcRankOptions {
  /** `host:port`, or `unix:` and a path. */
  readonly address: string;
  readonly terms: ExchangeTerms;
  readonly types: RowTypes;
  readonly tls?: RankTls | undefined;
}

/**
 * Reaches a rank and agrees with it; one that cannot be reached is tried again and again.
 * @param onWaiting told after each attempt why it failed; what it throws ends the wait
 * @throws PackageError when it is another rank, or holds another package or plan
 */
export async function openGrpcRank(
  { address, terms, types, tls }: GrpcRankOptions,
  onWaiting: (reason: string) => void,
): Promise<RankLink> {
  requireLittleEndian();
  // One for all attempts. It looks the name up anew when it cannot connect, and one that was closed just then would still make
  // the connection that it was about to try, which nobody would close.
  const client = new grpc.Client(address, leaderCredentials(tls), channelOptions);
  try {
    for (;;) {
      const link = new GrpcRank(client, terms.rank, types);
      try {
        agree(terms, await link.greet(encodeHello(terms, types.sent)));
        return link;
      } catch (error) {
        link.end(error as Error);
        if (error instanceof Disagreement) throw new PackageError(`rank ${terms.rank} at ${address} ${error.message}`);
        onWaiting((error as Error).message);
      }
      await sleep(RETRY_MS);
    }
  } catch (error) {
    client.close();
    throw error;
  }
}

class GrpcRank implements RankLink {
  readonly rank: number;
  readonly lost: Promise<Error>;
  readonly #client: grpc.Client;
  readonly #call: grpc.ClientDuplexStream<ExchangeRequest, ExchangeResponse>;
  readonly #types: RowTypes;
  readonly #greeted = Promise.withResolvers<ExchangeHello>();
  readonly #replies = new PendingReplies<Combine>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: grpc.Client, rank: number, types: RowTypes) {
    const { path, requestSerialize, responseDeserialize } = serviceDefinition(ExpertService).exchange;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.rank = rank;
    this.lost = this.#replies.ended;
    this.#client = client;
    this.#call = call;
    this.#types = types;
    call.on("data", (response: ExchangeResponse) => this.#receive(response));
    call.on("error", (error: grpc.ServiceError) => this.end(new Error(error.details ?? error.message)));
    call.on("end", () => this.end(new Error("it has left")));
  }

  get ready(): boolean {
    return this.#replies.open;
  }

  /** @throws Error when the rank does not answer in time */
  async greet(hello: ExchangeHello): Promise<ExchangeHello> {
    this.#send({ case: "hello", value: hello });
    const ended = this.lost.then((reason) => {
      throw reason;
    });
    const answer = await within(Promise.race([this.#greeted.promise, ended]), HELLO_LIMIT_MS);
    if (answer === undefined) throw new Error(`no answer within ${HELLO_LIMIT_MS / 1000} s`);
    return answer;
  }

  /**
   * One dispatch after the other. Node's HTTP/2 does not read while a write is under way: two ends that both write more than
   * their sockets hold would wait for each other.
   */
  run(routed: RoutedRows): Promise<RankAnswer> {
    const answer = this.#last.then(() => this.#ask(routed));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #ask(routed: RoutedRows): Promise<RankAnswer> {
    // Taken first: the memory of `routed` may be moved.
    const { length } = routed.hidden;
    const combine = await this.#replies.request((id) => {
      this.#send({ case: "dispatch", value: encodeDispatch(BigInt(id), routed, this.#types.sent) });
    });
    try {
      const answer = decodeCombine(combine, this.#types);
      if (answer.partial.length !== length) throw new Error(`${answer.partial.length} numbers, not ${length}`);
      return answer;
    } catch (error) {
      throw new Error(`its answer does not fit the dispatch: ${(error as Error).message}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end(new Error("its link was closed"));
    this.#client.close();
  }

  /** Gives up the stream, not the connection. */
  end(reason: Error): void {
    if (!this.#replies.open) return;
    this.#replies.end(reason);
    this.#call.cancel();
  }

  #send(message: ExchangeRequest["message"]): void {
    this.#call.write(create(ExchangeRequestSchema, { message }));
  }

  #receive({ message }: ExchangeResponse): void {
    switch (message.case) {
      case "hello":
        this.#greeted.resolve(message.value);
        return;
      case "combine":
        this.#replies.resolve(Number(message.value.id), message.value);
        return;
      case "failure":
        this.#replies.reject(Number(message.value.id), new Error(message.value.message));
        return;
      default:
        this.end(new Error("it sent a message that this version does not know"));
    }
  }
}
