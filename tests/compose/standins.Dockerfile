# Where no image registry answers: Debian's own Alertmanager and node-exporter under upstream's names, as far as deploy/compose/observability.yml
# uses them. Older than upstream's (bookworm: 0.25, 1.5); what they show is that our files are taken, not that upstream's image is well.
FROM python:3.11-slim-bookworm AS debian
RUN apt-get update -qq \
 && apt-get install -qq -y --no-install-recommends prometheus-alertmanager prometheus-node-exporter wget >/dev/null

FROM debian AS alertmanager
RUN ln -s /usr/bin/prometheus-alertmanager /usr/local/bin/alertmanager && install -d -o nobody -g nogroup /alertmanager

FROM debian AS node-exporter
ENTRYPOINT ["prometheus-node-exporter"]
