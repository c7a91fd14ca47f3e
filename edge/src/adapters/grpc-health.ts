/** What a worker says of itself by the standard health service: one that drains, or lacks a rank, takes no requests. */
import type * as grpc from "@grpc/grpc-js";
import { service } from "grpc-health-check";

/** Between two attempts to hear of a worker that is away. */
const RETRY_MS = 1_000;

/** Tells at first and at each change, until it is disposed; a worker that cannot be heard says nothing. */
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
