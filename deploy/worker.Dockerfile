# The worker, with the shipped model. Build from the repository's root:
#   docker build -f deploy/worker.Dockerfile -t palimpsest/worker:0.2.0 .
# For GPUs, onnxruntime-node downloads its CUDA provider, and the runtime image has CUDA 12 and cuDNN 9:
#   docker build -f deploy/worker.Dockerfile -t palimpsest/worker:0.2.0-cuda12 --build-arg ONNXRUNTIME=cuda12 \
#     --build-arg RUNTIME_IMAGE=nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04 .
# For WebGPU packages the image needs the Vulkan loader, and the container the driver's graphics libraries: with NVIDIA's runtime
# NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics, and one GPU per container (docs/gpu.md):
#   docker build -f deploy/worker.Dockerfile -t palimpsest/worker:0.2.0-webgpu --build-arg SYSTEM_PACKAGES=libvulkan1 \
#     --build-arg DAWN=install .
ARG NODE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS packages
ARG ONNXRUNTIME=skip
ENV ONNXRUNTIME_NODE_INSTALL=${ONNXRUNTIME}
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
RUN npm ci --omit=dev --workspace gpu-worker --no-audit --no-fund
# `install` for experts on devices of their own (EXPERT_DEVICE): 130 MB, of which one platform's 21 are kept.
ARG DAWN=skip
COPY gpu-worker/dawn/ gpu-worker/dawn/
RUN if [ "${DAWN}" = install ]; then \
      npm ci --omit=dev --no-audit --no-fund --prefix gpu-worker/dawn && \
      find gpu-worker/dawn/node_modules/webgpu/dist -mindepth 1 -maxdepth 1 ! -name "linux-$(node -p process.arch)" -exec rm -r {} +; \
    fi

FROM ${NODE_IMAGE} AS node

FROM ${RUNTIME_IMAGE}
ARG SYSTEM_PACKAGES=""
# As PID 1 without an init, a starting process would ignore SIGTERM.
RUN apt-get update && apt-get install --yes --no-install-recommends tini ${SYSTEM_PACKAGES} && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/ ./
COPY proto/ proto/
COPY fleet/ fleet/
COPY tracing/ tracing/
COPY gpu-worker/ gpu-worker/
USER 1000
EXPOSE 9090 9091
ENTRYPOINT ["tini", "--", "node"]
CMD ["gpu-worker/src/main.ts"]
