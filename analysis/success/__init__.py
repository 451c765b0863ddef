"""Who succeeds and who brings them: for now, the affiliates."""
