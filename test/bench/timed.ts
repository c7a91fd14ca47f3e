/** Measures the time of each graph of a forward. */
import type { InferenceSession } from "onnxruntime-node";
import type { Sessions } from "../../gpu-worker/src/runtime/package.ts";

/** Sessions that record the milliseconds of each graph. */
export function timed(sessions: Sessions, timer: Map<string, number>): Map<string, InferenceSession> {
  const note = (name: string, session: InferenceSession): InferenceSession => {
    const run = async (...inputs: Parameters<InferenceSession["run"]>): Promise<InferenceSession.ReturnType> => {
      const startMs = performance.now();
      const outputs = await session.run(...inputs);
      timer.set(name, (timer.get(name) ?? 0) + performance.now() - startMs);
      return outputs;
    };
    return { run, inputNames: session.inputNames } as unknown as InferenceSession;
  };
  return new Map([...sessions].map(([name, session]) => [name, note(name, session)]));
}
