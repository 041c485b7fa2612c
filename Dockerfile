# The production image: one for web, worker, beat and the migration.
FROM python:3.13-slim-trixie AS build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .

FROM python:3.13-slim-trixie
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/var/lib/workbench
RUN useradd --system --uid 10001 --no-create-home workbench \
    && install --directory --owner=workbench --group=workbench --mode=0700 /var/lib/workbench
COPY --from=build /app /app
WORKDIR /app
USER workbench
VOLUME /var/lib/workbench
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "20"]
