"""Transactions: reading a snapshot, and making a synthetic one to try things out.

As a command it writes synthetic ones: `python -m fraud_detection.data transactions.csv`.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from fraud_detection import FEATURES, TARGET

# Snapshot 3 of the dataset "transactions": a snapshot never changes, the live dataset does.
SNAPSHOT = "/mnt/data/snapshots/transactions/3/transactions.csv"


def read_transactions(path: str) -> pd.DataFrame:
    """The transactions of one CSV file, features and target; all as floats, so gaps can be NaN."""
    return pd.read_csv(path, usecols=[*FEATURES, TARGET]).astype("float64")


def sha256(path: str) -> str:
    """The hex digest of a file, which identifies the data of a run beyond its path."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def synthetic_transactions(rows: int, seed: int) -> pd.DataFrame:
    """Made-up transactions, about one in ten of them fraud, the same ones for the same seed."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": random.lognormal(3.5, 1.0, rows).round(2),
            "is_night": (random.random(rows) < 0.25).astype(int),
            "merchant_risk": random.beta(2, 5, rows).round(3),
            "distance_km": random.exponential(30, rows).round(1),
            "transactions_last_day": random.poisson(3, rows),
        }
    )
    logit = (
        -7.5
        + 0.012 * frame["amount"]
        + 1.5 * frame["is_night"]
        + 5.0 * frame["merchant_risk"]
        + 0.03 * frame["distance_km"]
        + 0.3 * frame["transactions_last_day"]
    )
    frame[TARGET] = (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(description="Write synthetic transactions to a CSV file.")
    parser.add_argument("path")
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    synthetic_transactions(options.rows, options.seed).to_csv(options.path, index=False)


if __name__ == "__main__":
    main()
