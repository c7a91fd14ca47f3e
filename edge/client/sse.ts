/** Reads server-sent events: the `data` of each message of a byte stream. It knows nothing of what the data says. */

/** Only `data` is read: the streams of this API say everything in it. */
export async function* sseData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of lines(body)) {
    if (line === "") {
      if (data.length > 0) yield data.join("\n");
      data = [];
    } else if (line.startsWith("data:")) {
      data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    }
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const pieces = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = pieces.pop()!;
      yield* pieces;
    }
  } finally {
    await reader.cancel();
  }
}
