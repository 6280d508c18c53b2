# checker in an image: docker build -t checker . ; docker run --rm -v "$PWD:/repo:ro" checker static
# Python 3.13.15. Pinned for all platforms of the tag: docker buildx imagetools inspect python:3.13-slim names the newest.
ARG PYTHON=python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
FROM ${PYTHON} AS build
WORKDIR /src
COPY . .
RUN python -m pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt build \
  && python -m build --wheel --outdir /dist . \
  && python -m venv /opt/checker \
  && wheel=$(ls /dist/*.whl) \
  && /opt/checker/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt "${wheel}[live]"

FROM ${PYTHON}
# git reads the revisions that `checker diff` and --changed-since compare.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/checker /opt/checker
# The mounted work tree belongs to somebody else than the user in here, which git refuses without being told.
ENV PATH=/opt/checker/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=/repo
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["checker"]
CMD ["static"]
