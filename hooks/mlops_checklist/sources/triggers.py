"""What must occur in the bytes of some file before the files of a program are parsed."""

TRAINING = rb"\.(?:partial_|incremental_)?fit\w*\(|\.train\w*\(|\.backward\(|apply_gradients|\.cv\("
