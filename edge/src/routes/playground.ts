/** Serves the playground page, which shows blocks as they are written. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Playground } from "../dependencies.ts";

export function playground(files: Playground) {
  const app = new Hono();
  // The page loads nothing from other origins and runs no inline code.
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      frameSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: false,
  });
  const sandboxHeaders = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'unsafe-inline'", "'unsafe-eval'"],
      workerSrc: ["blob:"],
      styleSrc: ["'unsafe-inline'"],
      imgSrc: ["data:"],
      frameAncestors: ["'self'"],
      sandbox: ["allow-scripts"],
    },
    strictTransportSecurity: false,
    // It has no origin of its own, and the page frames it.
    originAgentCluster: false,
    xFrameOptions: false,
  });
  for (const [path, { body, contentType, isSandbox }] of files) {
    app.get(path, isSandbox ? sandboxHeaders : headers, async (c) =>
      c.body(await body(), 200, { "content-type": contentType, "cache-control": "no-cache" }),
    );
  }
  return app;
}
