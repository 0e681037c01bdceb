# syntax=docker/dockerfile:1
# A tag or a digest.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /drover
COPY package.json package-lock.json ./
# Scripts stay off: the only one that matters, the build, runs below.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Of the SDK's core, which comes for five platforms, the one of this image stays.
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund && \
    find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} + && \
    find node_modules dist -name '*.map' -delete

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    DROVER_CONFIG=/etc/drover/drover.yaml \
    DROVER_HEALTH=127.0.0.1:8080 \
    DROVER_STATE=/var/lib/drover
WORKDIR /drover
# Owned by root: the process can read its code, not change it.
COPY --from=build /drover/package.json /drover/LICENSE ./
COPY --from=build /drover/node_modules ./node_modules
COPY --from=build /drover/dist ./dist
RUN mkdir -p /etc/drover/secrets && install -d -o node -g node -m 700 /var/lib/drover
USER node
ENTRYPOINT ["node", "/drover/dist/cli/main.js"]
CMD ["worker"]
# No argument with a space: podman 4.3 splits them there.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
