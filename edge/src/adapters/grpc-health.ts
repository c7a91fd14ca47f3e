/** Watches a worker's standard gRPC health service: a worker that drains, or lacks a rank, accepts no requests. */
import type * as grpc from "@grpc/grpc-js";
import { service } from "grpc-health-check";

/** Between two attempts to reach a worker. */
const RETRY_MS = 1_000;

/** Calls `onChange` at first and at every change, until it is disposed; not while the worker is unreachable. */
export function watchHealth(client: grpc.Client, onChange: (serving: boolean) => void): Disposable {
  const { path, requestSerialize, responseDeserialize } = service.Watch as grpc.MethodDefinition<object, object>;
  let call: grpc.ClientReadableStream<object> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const open = () => {
    call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: "" });
    call.on("data", ({ status }: { status?: string }) => onChange(status === "SERVING"));
    call.on("error", () => {});
    call.on("status", () => {
      if (!closed) timer = setTimeout(open, RETRY_MS);
    });
  };
  open();
  return {
    [Symbol.dispose]() {
      closed = true;
      clearTimeout(timer);
      call?.cancel();
    },
  };
}
