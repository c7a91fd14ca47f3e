# The edge. Build from the repository's root: docker build -f deploy/edge.Dockerfile -t palimpsest/edge:0.2.0 .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY proto/package.json proto/
COPY fleet/package.json fleet/
COPY tracing/package.json tracing/
COPY edge/package.json edge/
COPY edge/client/package.json edge/client/
COPY gpu-worker/package.json gpu-worker/
COPY tools/package.json tools/
COPY demo-model/package.json demo-model/
COPY test/package.json test/
COPY site/package.json site/
RUN npm ci --omit=dev --workspace edge --no-audit --no-fund

FROM ${NODE_IMAGE}
# As PID 1 without an init, a starting process would ignore SIGTERM.
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/ ./
COPY proto/ proto/
COPY fleet/ fleet/
COPY tracing/ tracing/
COPY edge/ edge/
USER 1000
EXPOSE 8080 9464
ENTRYPOINT ["tini", "--", "node"]
CMD ["edge/src/entry/node.ts"]
