"""The scoring service: one transaction in, its fraud probability out.

Every prediction is captured for Domino's drift monitor and counted for Prometheus.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import mlflow
import pandas as pd
from domino_data_capture.data_capture_client import DataCaptureClient
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from prometheus_client import Counter, Histogram, generate_latest
from pydantic import BaseModel

from fraud_detection import FEATURES, MODEL_NAME

REQUESTS = Counter("fraud_requests", "Transactions received")
FAILURES = Counter("fraud_failures", "Transactions that could not be scored")
LATENCY = Histogram("fraud_latency_seconds", "Time to score a transaction")
PROBABILITY = Histogram("fraud_probability", "Scores given", buckets=[i / 10 for i in range(1, 11)])

capture = DataCaptureClient(FEATURES, ["fraud_probability"])
app = FastAPI(title=MODEL_NAME)


class Transaction(BaseModel):
    amount: float
    is_night: float
    merchant_risk: float
    distance_km: float
    transactions_last_day: float


@cache
def champion() -> Any:
    """The approved model, loaded once from the registry."""
    return mlflow.pyfunc.load_model(f"models:/{MODEL_NAME}@champion")


@app.get("/health")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@app.get("/ready")
def ready() -> dict[str, str]:
    """The model is loaded; an error until then."""
    return {"model": champion().metadata.run_id}


@app.get("/metrics")
def metrics() -> PlainTextResponse:
    return PlainTextResponse(generate_latest())


@app.post("/predict")
def predict(transaction: Transaction) -> dict[str, float]:
    REQUESTS.inc()
    values = [getattr(transaction, name) for name in FEATURES]
    with FAILURES.count_exceptions(), LATENCY.time():
        rows = pd.DataFrame([values], columns=FEATURES)
        probability = float(champion().predict(rows)[0][1])
    PROBABILITY.observe(probability)
    capture.capturePrediction(values, [probability])
    return {"fraud_probability": probability}
