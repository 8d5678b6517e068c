#!/usr/bin/env bash
# Domino starts this file when the project is published as an app.
set -euo pipefail
cd "$(dirname "$0")"

export PYTHONPATH="$PWD/src"
exec uvicorn fraud_detection.predict:app --host 0.0.0.0 --port 8888
