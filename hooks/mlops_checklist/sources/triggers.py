"""What must occur in the bytes of some file before the files of a program are parsed."""

TRAINING = rb"\.(?:partial_|incremental_)?fit\w*\(|\.train\w*\(|\.backward\(|apply_gradients|\.cv\("
# Without one of these no run is started.
TRACKERS = (
    rb"(?i:mlflow|wandb|comet_ml|neptune|clearml|dvclive|tensorboard)|\btrains\b|\baim\b"
    rb"|SummaryWriter|create_file_writer|report_to|loggers\b"
)
# Where Domino mounts datasets.
MOUNTS = rb"/mnt/(?:imported/)?data\b|/domino/datasets\b|DOMINO_(?:DATASETS|IMPORTED_DATA)_DIR"
# Without one of these nothing is read whose version the source can tell.
DATASETS = MOUNTS + (
    rb"|load_dataset|hf_hub_download|snapshot_download|fetch_openml|tensorflow_datasets|kagglehub"
    rb"|use_artifact|Api\(\)\.artifact|dvc\.api|DVCFileSystem|clearml|DatasetSnapshot|DatasetConfig"
    rb"|raw\.githubusercontent|/raw/|/blob/|/resolve/|lakefs://"
    rb"|[\"']delta\b|[\"']iceberg\b|deltalake|(?:read|scan|load)_delta"
)
# Without one of these no model is registered.
REGISTERING = (
    rb"registered_model|log_model\(|register_(?:\w+_)?model|create_model_version|link_model|link_artifact"
    rb"|(?<!\bos)\.link\(|RegisterModel|ModelStep|model_package|ModelPackage|Model\.upload|ModelUpload"
    rb"|\.register\((?=[^)]{0,2000}(?:[Mm]odel|types|instances|[Ww]orkspace|\bws\b|\*\*))|Model\.register\("
    rb"|models\.create|\.create_model\(|push_to_hub|upload_(?:large_)?folder|upload_model"
    rb"|OutputModel|init_model|bentoml|model_(?:version_)?publish|publish_model|\bartifacts:"
    rb"|create-model-package|\bgto\b|\b(?:hf|huggingface-cli) upload|model\.schema\.json"
    rb"|ml model |models upload|snowflake|_mlflow_model|vertex_ai_model"
)
# Packages of what answers requests.
SERVERS = (
    "fastapi flask starlette litestar aiohttp django sanic tornado bottle falcon quart robyn "
    "bentoml kserve seldon_core mlserver gradio streamlit dash".split()
)
# Without one of these a program is no part of a deployment.
ANSWERING = b"|".join(
    f"{how} {name}".encode() for name in (*SERVERS, "ray") for how in ("import", "from")
) + (
    rb"|def predict\(|DataCaptureClient|model_publish|endpoint_publish|create_endpoint|Endpoint"
    rb"|\.deploy\("
)
# Without one of these nothing answers requests.
SERVING = (
    rb"\bfastapi\b|\bflask\b|\bstarlette\b|\blitestar\b|\baiohttp\b|\bdjango\b|\bsanic\b|\btornado\b"
    rb"|\bbottle\b|\bfalcon\b|\bquart\b|\brobyn\b|\bbentoml\b|\bkserve\b|\bseldon_core\b|\bmlserver\b"
    rb"|\bgradio\b|\bstreamlit\b|\bdash\b|\bray\b|\bdef predict\b"
)
# Without one of these code gives no experiment a name.
EXPERIMENTS = (
    rb"set_experiment|create_experiment|MLFLOW_EXPERIMENT_NAME|experiment[-_]name|create_study"
    rb"|MLFlowLogger"
)
