# Azurite, as infra/native/install.sh installs it.
FROM node:20-bookworm-slim
RUN npm install --global --no-audit --no-fund azurite@3.37.0 && mkdir /data && chown node /data
USER node
ENTRYPOINT ["azurite-blob"]
