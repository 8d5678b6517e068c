#!/usr/bin/env bash
# Trains one candidate. Options go to fraud_detection.train, for example:
#   scripts/train.sh --data transactions.csv
set -euo pipefail
cd "$(dirname "$0")/.."

user="${DOMINO_STARTING_USERNAME:-$(id -un)}"
export MLFLOW_EXPERIMENT_NAME="${DOMINO_PROJECT_NAME:-fraud-detection}-${user}"
export PYTHONPATH="$PWD/src"
exec "${PYTHON:-python}" -m fraud_detection.train "$@"
