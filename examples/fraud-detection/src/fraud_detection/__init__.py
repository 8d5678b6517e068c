"""Scores card transactions for fraud: data, training, promotion, prediction."""

MODEL_NAME = "fraud-detection"

FEATURES = [
    "amount",
    "is_night",
    "merchant_risk",
    "distance_km",
    "transactions_last_day",
]
TARGET = "is_fraud"
