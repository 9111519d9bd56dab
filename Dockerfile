# One image for web, worker, beat and the one-shot migration; docker-compose.yml says which it is.
FROM python:3.12-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/portal portal \
    && install -d -o portal -g portal /data

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_DATA_DIR=/data \
    PORTAL_STATIC_ROOT=/app/staticfiles \
    XDG_CACHE_HOME=/tmp/cache

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
# The development key is used for these two commands only: the production settings refuse to start without a secret.
RUN python -m portal.runtime messages \
    && python manage.py collectstatic --noinput --verbosity 0 -i ninja -i simple_history -i "*.map" \
    && python -m compileall -q portal procedures dossiers payments reporting

USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=40s --retries=4 CMD ["python", "-m", "portal.runtime.probe", "8000"]
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "20", "portal.wsgi:application"]
