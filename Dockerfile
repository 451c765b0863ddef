# The page, then the wheel with the page in it, then a slim image that runs as nobody in particular.
FROM node:24-slim AS page
WORKDIR /build/page
COPY page/package.json page/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY page ./
RUN npm run build

FROM python:3.13-slim AS wheel
WORKDIR /build
RUN pip install --no-cache-dir build setuptools
COPY . .
COPY --from=page /build/api/static ./api/static
RUN python -m build --wheel --no-isolation --outdir /wheels

FROM python:3.13-slim
COPY requirements.lock /tmp/requirements.lock
# The lock holds every version, also of what only developers need: it constrains, it does not install.
RUN --mount=from=wheel,source=/wheels,target=/wheels \
    sed '/^ *--hash/d; s/ \\$//' /tmp/requirements.lock > /tmp/constraints.txt \
    && pip install --no-cache-dir --constraint /tmp/constraints.txt /wheels/*.whl \
    && rm /tmp/requirements.lock /tmp/constraints.txt \
    && useradd --system --create-home --uid 10001 refnet
USER refnet
WORKDIR /home/refnet
ENV PYTHONUNBUFFERED=1 REFNET_HOME=/tmp/refnet
EXPOSE 8321
ENTRYPOINT ["refnet"]
CMD ["--help"]
