"""From recordings on disk to batches on the training device."""
