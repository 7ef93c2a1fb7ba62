# Paomo in a container: slim, not root, state in /data.
FROM python:3.12-slim

ENV PAOMO_HOME=/data \
    TZ=Asia/Shanghai \
    MPLCONFIGDIR=/tmp \
    NUMBA_CACHE_DIR=/data/compiled \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# the zone's rules; the slim image has none
RUN apt-get update \
 && apt-get install --yes --no-install-recommends tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --home-dir /home/paomo paomo \
 && install --directory --owner paomo /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .
RUN pip install --no-deps .

USER paomo
WORKDIR /data
# compiled here, once: a new volume begins with what the image has at its place
RUN python -m bot.warm
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=90s --retries=3 CMD ["paomo", "health"]
CMD ["paomo", "run"]
