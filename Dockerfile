# Node, Holdfast and its packages on nothing else: no shell, no package manager, no compiler. docs/image.md tells how it is built
# and checked. Pin the base by its digest where it can be looked up: --build-arg NODE_IMAGE=node:TAG@sha256:DIGEST
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Both secrets are optional: the settings of an own registry, and the authority of its certificate.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca,target=/run/secrets/ca \
    npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
COPY tsconfig.json tsconfig.build.json LICENSE ./
COPY proto proto
COPY envoy envoy
COPY scripts/image scripts/image
COPY src src
ARG SOURCE_DATE_EPOCH=0
RUN node_modules/.bin/tsc -p tsconfig.build.json \
    && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --no-update-notifier \
    && node scripts/image/lay-out.ts /out

FROM scratch
COPY --from=build /out/node/ /
COPY --from=build /out/packages/ /
COPY --from=build /out/holdfast/ /

# Half the memory of V8's own limits, at no measurable cost (docs/image.md). NODE_OPTIONS of the container replaces these.
ENV PATH=/usr/local/bin \
    HOLDFAST_CONFIG=/etc/holdfast/holdfast.yaml \
    NODE_OPTIONS="--max-semi-space-size=8 --max-old-space-size=512"
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/holdfast"]
CMD ["serve"]
# For runtimes that have no probes of their own; `admin.listen` as it is by default.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/usr/local/bin/holdfast", "ready", "--url", "http://127.0.0.1:9901"]

ARG NODE_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="holdfast" \
      org.opencontainers.image.description="Envoy ext_authz server that makes a stolen session useless and says who stole it" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
