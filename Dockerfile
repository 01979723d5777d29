# Builds two images from source: that of the app, which is the last stage, and that of the emulator
# (`--target emulator`). Each has only the program: no shell, no operating system, an unprivileged user.
#
#   docker build --tag workos-magic-link .
FROM docker.io/library/rust:1.99.1-bookworm AS rust
# The installed toolchain. rust-toolchain.toml would add components for development.
ENV RUSTUP_TOOLCHAIN=1.99.1
WORKDIR /src

# The manifests, and empty programs in place of the sources. Until a dependency changes, this stage has the
# same result, so that the layers with compiled dependencies are reused.
FROM rust AS manifests
COPY . .
RUN find . -type f ! -name 'Cargo.*' ! -name '*.rs' ! -path ./scripts/static ! -path ./deploy/one-port.env -delete \
    && find . -name '*.rs' ! -name lib.rs ! -name main.rs ! -path '*/tests/*' -delete \
    && find . -name '*.rs' -exec sh -c 'echo "fn main() { }" >"$0"' {} \;

FROM rust AS build-emulator
COPY --from=manifests /src .
RUN scripts/static magic-link-emulator
COPY . .
# Newer than the empty programs, so that cargo compiles them.
RUN find . -name '*.rs' -exec touch {} + && scripts/static magic-link-emulator

FROM rust AS build
COPY --from=manifests /src .
RUN scripts/static
COPY . .
# The commit that `--version` shows.
ARG COMMIT
RUN find . -name '*.rs' -exec touch {} + && scripts/static

FROM scratch AS emulator
COPY --from=build-emulator /src/target/static/magic-link-emulator /magic-link-emulator
USER 65532:65532
EXPOSE 4100 4126
ENTRYPOINT ["/magic-link-emulator", "--bind", "0.0.0.0"]

# Only /data needs to be writable.
FROM scratch AS app
COPY --from=build /src/target/static/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/target/static/workos-magic-link /workos-magic-link
COPY --from=build --chown=65532:65532 /src/target/static/one-port.env /.env
COPY --from=build --chown=65532:65532 /src/target/static/data /data
USER 65532:65532
WORKDIR /
ENV PORT=8443 DATA_DIR=/data
EXPOSE 8443
HEALTHCHECK --timeout=10s --start-period=10s CMD ["/workos-magic-link", "health"]
ENTRYPOINT ["/workos-magic-link"]
