# An image that runs scenario files: docs/pipelines.md.
#   docker build --file packaging/scenarios.Dockerfile --tag smilepay .
FROM python:3.13-slim

# make for `make setup`; the others are what OpenCV's wheel is linked against and does not bring along.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends make libgl1 libglib2.0-0 \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /smilepay
COPY . .
RUN make setup

# The fast engine's models are made once, here, by who runs the program later: it trusts no others'.
RUN useradd --uid 1000 --create-home smilepay
USER smilepay
ENV PATH=/smilepay/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
RUN smilepay run scenarios/happy-path.smile.yaml

ENTRYPOINT ["smilepay"]
CMD ["run", "/smilepay/scenarios"]
