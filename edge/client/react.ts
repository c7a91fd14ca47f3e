/**
 * A React hook that shows a response while it is written, edited and committed.
 *
 *     const { document, isRunning, start, stop } = useEdits(client);
 *     start({ model, messages });
 */
import { useCallback, useEffect, useRef, useState } from "react";
import {
  type Client,
  type EditEvent,
  type EditsRequest,
  emptyDocument,
  type ResponseDocument,
  reduce,
} from "./index.ts";

export interface Edits {
  /** The response so far: `emptyDocument` before the first event. A failed one has its `error`, and keeps its commits. */
  readonly document: ResponseDocument;
  readonly isRunning: boolean;
  /** A request that was rejected, or a response that failed. `stop` is no error. */
  readonly error: Error | undefined;
  /** Begins a new response. One that runs is cancelled. */
  start(request: EditsRequest): void;
  /** Follows a fleet's response that exists, from its beginning. One that runs here is cancelled. */
  watch(responseId: string): void;
  /** Cancels the response. Its commits stay. */
  stop(): void;
}

/** The response is cancelled when the component unmounts. */
export function useEdits(client: Client): Edits {
  const [state, setState] = useState<Pick<Edits, "document" | "isRunning" | "error">>(idle);
  const running = useRef<AbortController>(undefined);

  const stop = useCallback(() => running.current?.abort(), []);
  useEffect(() => stop, [stop]);

  const follow = useCallback(
    (open: (signal: AbortSignal) => AsyncIterable<EditEvent>) => {
      stop();
      const controller = new AbortController();
      running.current = controller;
      const isCurrent = () => running.current === controller;
      setState({ ...idle, isRunning: true });
      const read = async () => {
        for await (const event of open(controller.signal)) {
          if (isCurrent()) setState((state) => ({ ...state, document: reduce(state.document, event) }));
        }
      };
      read()
        .then(
          () => undefined,
          (error: Error) => (controller.signal.aborted ? undefined : error),
        )
        .then((error) => {
          if (isCurrent()) setState((state) => ({ ...state, error, isRunning: false }));
        });
    },
    [stop],
  );

  const start = useCallback(
    (request: EditsRequest) => follow((signal) => client.edits(request, { signal })),
    [client, follow],
  );
  const watch = useCallback((id: string) => follow((signal) => client.watch(id, { signal })), [client, follow]);
  return { ...state, start, watch, stop };
}

const idle = { document: emptyDocument, isRunning: false, error: undefined } as const;
