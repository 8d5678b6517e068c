"""What must occur in the bytes of some file before the files of a program are parsed."""

TRAINING = rb"\.(?:partial_|incremental_)?fit\w*\(|\.train\w*\(|\.backward\(|apply_gradients|\.cv\("
# Without one of these no run is started.
TRACKERS = (
    rb"(?i:mlflow|wandb|comet_ml|neptune|clearml|dvclive|tensorboard)|\btrains\b|\baim\b"
    rb"|SummaryWriter|create_file_writer|report_to|loggers\b"
)
