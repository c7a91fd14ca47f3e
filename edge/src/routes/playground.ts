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
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: false,
  });
  for (const [path, { body, contentType }] of files) {
    app.get(path, headers, (c) => c.body(body, 200, { "content-type": contentType, "cache-control": "no-cache" }));
  }
  return app;
}
